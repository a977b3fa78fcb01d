"""Mail templates on the real broker and database (C6): written, sent, broken, previewed, taken back."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from services.notifier.mails.drafts import default_of
from services.notifier.mails.occasions import OCCASIONS
from shared.contracts.booking import SlotsProposed, Visibility
from tests.integration.notifier.conftest import Notifier, PostOffice, Taken
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    GUEST,
    JOIN,
    ORGANIZATION_ID,
    PROPOSAL_ID,
    an_appointment,
    confirmed,
    meeting_issued,
    organization_changed,
    proposal_event,
    rescheduled,
    staff_changed,
)
from tests.waiting import eventually

BLOCKS = "{{ details_block }}\n\n{{ zoom_block }}"
HIDES_THE_LINK = "{{ details_block }}{% if link_follows %}{{ zoom_block }}{% endif %}"
PATH = "/internal/mail-templates/confirmed.guest"


class Editor:
    """The gateway's calls for one staff member."""

    def __init__(self, client: httpx.AsyncClient, **headers: str) -> None:
        self._client = client
        self._headers = {
            "authorization": "Bearer secret",
            "x-organization-id": ORGANIZATION_ID,
            "x-staff-id": "stf_admin",
            "x-role": "admin",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }

    def who(self, **headers: str) -> "Editor":
        known = {name.replace("-", "_"): value for name, value in self._headers.items()}
        return Editor(self._client, **{**known, **headers})

    async def call(self, method: str, path: str = PATH, body: Any = None, **headers: str) -> httpx.Response:
        sent = {**self._headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        address = path if "language=" in path else f"{path}?language=ja"
        return await self._client.request(method, address, json=body, headers=sent)

    async def put(self, body: str, *, subject: str = "確定", path: str = PATH, **headers: str) -> httpx.Response:
        return await self.call("PUT", path, {"subject": subject, "body": body}, **headers)


@pytest.fixture
async def editor(notifier: Notifier) -> AsyncIterator[Editor]:
    transport = httpx.ASGITransport(app=notifier.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notifier") as client:
        made = Editor(client)

        async def is_ready() -> bool:
            return (await made.call("GET")).status_code == 200

        await eventually(is_ready)
        yield made


async def to_guest(post_office: PostOffice, count: int = 1) -> Taken:
    return (await eventually(lambda: post_office.to(GUEST.email)[count - 1 :]))[0]


def errors(answer: httpx.Response) -> list[Mapping[str, Any]]:
    assert answer.status_code == 422
    found: list[Mapping[str, Any]] = answer.json()["errors"]
    return found


async def test_a_mail_goes_out_in_the_organizations_words_and_the_other_side_in_ours(
    notifier: Notifier, post_office: PostOffice, editor: Editor
) -> None:
    kept = (await editor.put(f"{{{{ guest }}}} 様、決まりました。\n\n{BLOCKS}", subject="{{ company }}より")).json()
    assert (kept["changed"], kept["version"], kept["changed_by"]) == (True, 1, "stf_admin")
    await notifier.hear(confirmed(), meeting_issued())
    mail = await to_guest(post_office)
    assert mail.subject == "株式会社サンプルより"
    assert mail.text.startswith("田中花子 様、決まりました。\n\n■ 件名\n")
    assert JOIN.url in mail.text
    (staff,) = await eventually(lambda: post_office.to("taro@example.jp"))
    assert staff.subject == "ABC株式会社:田中花子様"


async def test_each_language_has_its_own(notifier: Notifier, post_office: PostOffice, editor: Editor) -> None:
    await editor.put(BLOCKS, subject="日本語だけ")
    await notifier.hear(confirmed(an_appointment(guest_locale="en")), meeting_issued())
    assert (await to_guest(post_office)).subject == "[株式会社サンプル] Your appointment is confirmed [Chosei]"


async def test_another_organization_has_its_own_words(notifier: Notifier, editor: Editor) -> None:
    await editor.put(BLOCKS)
    stranger = editor.who(x_organization_id="org_2")
    rows = await notifier.database["mail_templates"].find({}).to_list(None)
    assert [row["_id"] for row in rows] == ["org_1/confirmed.guest/ja"]
    assert (await stranger.call("GET", "/internal/mail-templates")).json()["items"][0]["changed"] is False


async def test_a_template_that_fails_lets_the_default_out_and_tells_the_administrators_once(
    notifier: Notifier, post_office: PostOffice, editor: Editor
) -> None:
    await editor.put(HIDES_THE_LINK)
    await notifier.hear(confirmed(), meeting_issued())
    mail = await to_guest(post_office)
    assert mail.subject == "[株式会社サンプル]アポイントメントの日程が確定しました[Chosei]"
    assert JOIN.url in mail.text

    def alarms() -> list[Taken]:
        return [taken for taken in post_office.to("admin@example.jp") if "文面を使えませんでした" in taken.subject]

    (alarm,) = await eventually(alarms)
    assert alarm.recipients == ("admin@example.jp",)
    assert "日程の確定(お客様宛て、日本語)" in alarm.text
    assert "/settings/mails/confirmed.guest/ja" in alarm.text
    assert "田中" not in alarm.text
    second = an_appointment(appointment_id="apt_2")
    await notifier.hear(confirmed(second), meeting_issued(about="apt_2"))
    await to_guest(post_office, 2)
    assert len(alarms()) == 1
    shown = (await editor.call("GET")).json()
    assert "{{ zoom_block }}" in shown["broken"]["detail"]
    sides = ("guest", "staff")

    def told() -> list[bool]:
        said = notifier.statements("notification_sent")
        return sorted(each["fell_back"] for each in said if each["audience"] in sides)

    await eventually(lambda: told() == [False, False, True, True])
    assert (await editor.put(BLOCKS)).json()["broken"] is None


async def test_g10_a_template_that_changes_between_two_tries_changes_nothing_of_an_open_mail(
    notifier: Notifier, post_office: PostOffice, editor: Editor
) -> None:
    await editor.put(BLOCKS, subject="はじめ")
    post_office.lose = 2
    await notifier.hear(confirmed(), meeting_issued())
    await to_guest(post_office)
    await editor.put(BLOCKS, subject="あと")
    again = await to_guest(post_office, 2)
    assert again.content == (await to_guest(post_office)).content
    assert again.subject == "はじめ"


async def test_what_is_wrong_is_told_with_its_place_in_the_readers_language(editor: Editor) -> None:
    body = {"subject": "{{ compny }}", "body": f"{BLOCKS}\n\nこんにちは {{{{ gest }}}}"}
    found = errors(await editor.call("PUT", PATH, body, accept_language="en"))
    assert [(error["pointer"], error["line"], error["column"], error["suggestion"]) for error in found] == [
        ("/subject", 1, 4, "company"),
        ("/body", 5, 10, "guest"),
    ]
    assert found[1]["detail"] == ("Line 5, column 10: There is no placeholder {{ gest }}. Did you mean {{ guest }}?")
    assert errors(await editor.put("{{ details_block }}"))[0]["detail"].startswith("このメールには {{ zoom_block }}")
    assert (await editor.call("GET")).json()["version"] == 0


async def test_versions_guard_writes_and_going_back_to_the_default(editor: Editor) -> None:
    assert (await editor.put(BLOCKS, if_match='"r1"')).status_code == 412
    assert (await editor.put(BLOCKS, if_match='"r0"')).json()["version"] == 1
    assert (await editor.put(BLOCKS)).json()["version"] == 1
    assert (await editor.call("DELETE", if_match='"r0"')).status_code == 412
    restored = (await editor.call("DELETE", if_match='"r1"')).json()
    assert (restored["version"], restored["changed"], restored["body"]) == (2, False, restored["default"]["body"])
    assert (await editor.call("DELETE")).json()["version"] == 2
    default = default_of(OCCASIONS["confirmed.guest"], "ja")
    assert (await editor.put(default.body, subject=default.subject)).json()["changed"] is False


async def test_g8_a_repeat_with_its_key_answers_what_was_made(editor: Editor) -> None:
    first = (await editor.put(BLOCKS, if_match='"r0"', idempotency_key="k")).json()
    assert (await editor.put(BLOCKS, if_match='"r0"', idempotency_key="k")).json() == first


async def test_members_read_and_administrators_write(editor: Editor) -> None:
    member = editor.who(x_role="member", x_staff_id="stf_taro")
    assert (await member.put(BLOCKS)).status_code == 403
    assert (await member.call("DELETE")).status_code == 403
    assert (await member.call("GET")).status_code == 200
    assert (await member.call("POST", f"{PATH}/preview", {})).status_code == 200
    assert (await editor.call("GET", "/internal/mail-templates/invited.staff")).status_code == 404
    assert len((await member.call("GET", "/internal/mail-templates")).json()["items"]) == 2 * len(OCCASIONS)


async def test_the_preview_with_a_real_appointment_is_the_mail_that_is_sent(
    notifier: Notifier, post_office: PostOffice, editor: Editor
) -> None:
    draft = {"subject": "{{ guest }}様", "body": f"よろしく。\n\n{BLOCKS}\n\n{{{{ guidance_block }}}}"}
    await editor.call("PUT", PATH, draft)
    await notifier.hear(confirmed(), meeting_issued())
    sent = await to_guest(post_office)
    asked = {**draft, "appointment_id": APPOINTMENT_ID}
    preview = (await editor.call("POST", f"{PATH}/preview", asked)).json()
    html = sent.message.get_body(("html",))
    assert html is not None
    assert preview == {"subject": sent.subject, "text": sent.text, "html": html.get_content().replace("\r\n", "\n")}


async def test_every_mail_can_be_previewed_with_an_example_and_with_a_real_thing(
    notifier: Notifier, editor: Editor
) -> None:
    await notifier.hear(proposal_event(SlotsProposed), confirmed(), meeting_issued())

    async def is_heard() -> bool:
        return await notifier.database["matters"].count_documents({"facts.meeting": {"$ne": None}}) == 1

    await eventually(is_heard)
    for name, occasion in OCCASIONS.items():
        for language in ("ja", "en"):
            path = f"/internal/mail-templates/{name}/preview?language={language}"
            assert (await editor.call("POST", path, {})).status_code == 200
            real = {"proposal_id": PROPOSAL_ID} if occasion.of_proposals else {"appointment_id": APPOINTMENT_ID}
            answer = await editor.call("POST", path, real)
            assert answer.status_code == 200
            assert (await editor.call("POST", path, {**real, "body": "{{ x }}"})).status_code == 422


async def test_g23_nobody_previews_what_they_may_not_see(notifier: Notifier, editor: Editor) -> None:
    await notifier.hear(confirmed(an_appointment(visibility=Visibility.PRIVATE)), meeting_issued())

    async def is_heard() -> bool:
        return await notifier.database["matters"].count_documents({"facts.meeting": {"$ne": None}}) == 1

    await eventually(is_heard)
    asked = {"appointment_id": APPOINTMENT_ID}

    async def status(who: Editor, body: Mapping[str, str]) -> int:
        return (await who.call("POST", f"{PATH}/preview", body)).status_code

    outsider = editor.who(x_role="member", x_staff_id="stf_other")
    assert await status(editor, asked) == 200
    assert await status(editor.who(x_role="member", x_staff_id="stf_taro"), asked) == 200
    assert await status(outsider, asked) == 422
    unknown = await outsider.call("POST", f"{PATH}/preview", {"appointment_id": "apt_none"})
    assert errors(await outsider.call("POST", f"{PATH}/preview", asked)) == errors(unknown)
    await notifier.hear(organization_changed(organization_id="org_2"))
    assert await status(editor, {"proposal_id": PROPOSAL_ID}) == 422
    assert await status(editor, {**asked, "proposal_id": PROPOSAL_ID}) == 422


async def test_a_preview_says_where_the_default_would_go_out(notifier: Notifier, editor: Editor) -> None:
    answer = await editor.call("POST", f"{PATH}/preview", {"subject": "x", "body": HIDES_THE_LINK})
    assert answer.json()["code"] == "template_fails"
    assert errors(answer)[0]["pointer"] == "/body"
    assert not await notifier.database["matters"].find({"_id": {"$regex": "mail_template"}}).to_list(None)


async def test_r17_a_proposals_preview_is_in_the_organizations_words(notifier: Notifier, editor: Editor) -> None:
    path = "/internal/mail-templates/proposed.guest"
    await editor.put("選んでください。\n\n{{ choose_button }}", subject="候補", path=path)
    event = proposal_event(SlotsProposed)
    asked = {"event": event.routing_key, "subject": event.subject, "organization_id": ORGANIZATION_ID}
    data = event.data.model_dump(mode="json")
    answer = await editor.call("POST", "/internal/preview", {**asked, "data": data})
    assert answer.json()["subject"] == "候補"


async def test_a_move_of_an_appointment_is_worded_too(
    notifier: Notifier, post_office: PostOffice, editor: Editor
) -> None:
    moved = "/internal/mail-templates/rescheduled.guest"
    await editor.put(f"旧: {{{{ previous_when }}}}\n\n{BLOCKS}", subject="変更", path=moved)
    await notifier.hear(confirmed(), meeting_issued())
    await to_guest(post_office)
    await notifier.hear(rescheduled(an_appointment(revision=2)), meeting_issued(revision=2))
    assert (await to_guest(post_office, 2)).text.startswith("旧: 2026年12月1日(火) 13:00")


async def test_administrators_who_are_not_known_yet_are_told_when_they_are(
    notifier: Notifier, post_office: PostOffice, editor: Editor
) -> None:
    await notifier.database["staff"].delete_many({})
    await editor.put(HIDES_THE_LINK)
    await notifier.hear(confirmed(), meeting_issued())
    await to_guest(post_office)
    await notifier.hear(staff_changed(version=2))
    await eventually(lambda: [t for t in post_office.to("admin@example.jp") if "文面" in t.subject])

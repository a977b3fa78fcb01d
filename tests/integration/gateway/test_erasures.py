"""A guest's data and its erasure (X5): administrators only, told by the page what goes and what stays."""

from typing import Any

import httpx
import pytest

from services.gateway.store.answers import AnswerStore
from services.gateway.usecases.erase_guest import EraseGuest
from shared.erasing import ToErase
from tests.integration.gateway.contact_views import CONTACT_ID, a_contact, an_erasure
from tests.integration.gateway.fakes import SLOT, Answer, a_problem, a_proposal_view, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

ADMIN, MEMBER = "admin@example.jp", "taro@example.jp"
PATH = f"/api/v1/contacts/{CONTACT_ID}"
INTERNAL = f"/internal/contacts/{CONTACT_ID}"
PAGE = "/settings/erasures"
HELD = {"records": [{"kind": "mail", "about": "apt_1", "facts": {"purpose": "confirmed"}}]}


async def post(gateway: Installation, path: str, form: dict[str, str], at: str = "") -> httpx.Response:
    page = gateway.pages(ADMIN)
    return await page.post(path, data=form | {"csrf_token": await token_of(page, at or path)})


async def erase(gateway: Installation, proposal_id: str) -> None:
    settings, staff = gateway.parts.settings, gateway.parts.staff
    kept = {"kept": settings.answers_kept, "lease": settings.answer_lease}
    answers = AnswerStore(staff.staff.database, settings.data_ring, **kept)
    await EraseGuest(answers, staff)(ToErase("org_1", proposal_ids=(proposal_id,)))


def holding(gateway: Installation) -> None:
    data: dict[str, Any] = {
        "contact": a_contact(),
        "appointments": [an_appointment_view()],
        "proposals": [a_proposal_view()],
        "former_ids": [],
    }
    gateway.services.says("booking", f"GET {INTERNAL}/export", Answer(200, data))
    for service in ("notifier", "calendar_sync", "zoom_issuer"):
        gateway.services.says(service, "POST /internal/personal-data", Answer(200, HELD))


async def test_x5_deleting_a_contact_begins_an_erasure(gateway: Installation) -> None:
    deleted = await gateway.admin.delete(PATH)
    assert (deleted.status_code, deleted.json()["status"]) == (202, "pending")
    assert [one["service"] for one in deleted.json()["services"] if not one["erased_at"]] == ["notifier"]
    shown = await gateway.admin.get("/api/v1/erasures/ers_1")
    assert shown.json() == (await gateway.admin.get("/api/v1/erasures")).json()["items"][0]
    by_address = await gateway.admin.post("/api/v1/erasures", json={"email": "hanako@example.jp"})
    assert by_address.status_code == 202
    assert (await gateway.admin.post("/api/v1/erasures", json={"email": "x"})).status_code == 422


async def test_x5_only_administrators_export_and_erase(gateway: Installation) -> None:
    asked = len(gateway.services.asked)
    answers = [
        await gateway.taro.delete(PATH),
        await gateway.taro.get(f"{PATH}/export"),
        await gateway.taro.get("/api/v1/erasures"),
        await gateway.taro.get("/api/v1/erasures/ers_1"),
        await gateway.taro.post("/api/v1/erasures", json={"email": "hanako@example.jp"}),
        await gateway.pages(MEMBER).get(PAGE),
        await gateway.pages(MEMBER).get(f"/contacts/{CONTACT_ID}/export"),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len(gateway.services.asked) == asked
    shown = (await gateway.pages(MEMBER).get(f"/contacts/{CONTACT_ID}")).text
    assert f"/contacts/{CONTACT_ID}/delete" not in shown


async def test_x5_everything_that_is_held_is_one_document_or_none(gateway: Installation) -> None:
    holding(gateway)
    held = await gateway.admin.get(f"{PATH}/export")
    assert held.status_code == 200, held.text
    body = held.json()
    assert (body["contact"]["id"], body["appointments"][0]["id"]) == (CONTACT_ID, "apt_1")
    assert body["mails"] == body["meetings"] == HELD["records"]
    file = await gateway.pages(ADMIN).get(f"/contacts/{CONTACT_ID}/export")
    assert file.headers["content-disposition"] == f'attachment; filename="{CONTACT_ID}.json"'
    gateway.services.down = {"notifier"}
    assert (await gateway.admin.get(f"{PATH}/export")).status_code == 503


async def test_x5_the_contacts_page_says_what_goes_and_erases_by_a_form_only(gateway: Installation) -> None:
    shown = (await gateway.pages(ADMIN).get(f"/contacts/{CONTACT_ID}?lang=en")).text
    assert "Times, who attended, outcomes and amounts paid stay" in shown
    path = f"/contacts/{CONTACT_ID}/delete"
    assert (await gateway.pages(ADMIN).get(path)).headers["location"] == f"/contacts/{CONTACT_ID}"
    assert gateway.services.count("DELETE", INTERNAL) == 0
    answer = await post(gateway, path, {}, f"/contacts/{CONTACT_ID}")
    assert answer.headers["location"] == f"{PAGE}?said=asked#ers_1"


async def test_x5_what_is_still_to_come_is_named_with_links(gateway: Installation) -> None:
    refused = a_problem(409, "guest_still_expected") | {"coming": ["apt_7", "prp_8"]}
    gateway.services.says("booking", f"DELETE {INTERNAL}", Answer(409, refused))
    answer = await post(gateway, f"/contacts/{CONTACT_ID}/delete", {}, f"/contacts/{CONTACT_ID}")
    assert answer.status_code == 409
    assert 'href="/appointments/apt_7"' in answer.text
    assert 'href="/proposals/prp_8"' in answer.text
    assert (await gateway.admin.delete(PATH)).json()["coming"] == ["apt_7", "prp_8"]


async def test_x5_the_page_tells_how_far_each_erasure_is(gateway: Installation) -> None:
    done = an_erasure(id="ers_2", status="done", done_at="2026-11-22T02:00:00Z", reason="retention", asked_by="system")
    items = {"items": [an_erasure(), done], "next_cursor": None}
    gateway.services.says("booking", "GET /internal/erasures?", Answer(200, items))
    shown = (await gateway.pages(ADMIN).get(f"{PAGE}?said=asked")).text
    assert 'data-status="pending"' in shown
    assert 'data-status="done"' in shown
    assert "Zoomの履歴に 2 件残っています" in shown
    assert "保存期間による自動削除" in shown


async def test_x5_a_guest_is_erased_by_address_on_the_page(gateway: Installation) -> None:
    answer = await post(gateway, PAGE, {"email": " hanako@example.jp "})
    assert answer.headers["location"] == f"{PAGE}?said=asked#ers_1"
    gateway.services.says("booking", "POST /internal/erasures", Answer(404, a_problem(404, "not_found")))
    unknown = await post(gateway, PAGE, {"email": "nobody@example.jp"})
    assert (unknown.status_code, "このメールアドレスの記録はありません。" in unknown.text) == (404, True)
    assert (await post(gateway, PAGE, {"email": "x"})).status_code == 422


async def test_x5_an_erased_appointment_says_so(gateway: Installation) -> None:
    view = an_appointment_view(erased_at="2026-11-22T01:00:00Z", can_change=False, title="(個人情報を削除した予定)")
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    shown = (await gateway.pages(ADMIN).get("/appointments/apt_1")).text
    assert "data-erased" in shown
    assert "/appointments/new?copy=apt_1" not in shown


async def test_x5_g08_answers_kept_for_repeats_are_erased_and_nothing_is_made_again(gateway: Installation) -> None:
    body = {"slots": [SLOT], "guest": {"name": "田中花子"}, "send_mail": False}
    keys = [{"idempotency-key": f"erased-{number}"} for number in range(2)]
    for number, key in enumerate(keys):
        made = Answer(201, a_proposal_view(id=f"prp_{number}"))
        gateway.services.says("booking", "POST /internal/proposals", made)
        await gateway.taro.post("/api/v1/proposals", json=body, headers=key)
    await erase(gateway, "prp_0")
    gone, kept = [await gateway.taro.post("/api/v1/proposals", json=body, headers=key) for key in keys]
    assert (gone.status_code, gone.json()["code"]) == (410, "idempotency_answer_erased")
    assert (kept.status_code, kept.json()["id"]) == (201, "prp_1")
    assert gateway.services.count("POST", "/internal/proposals") == 2
    other = await gateway.taro.post("/api/v1/proposals", json=body | {"title": "別"}, headers=keys[0])
    assert other.json()["code"] == "idempotency_key_reused"
    rows = await gateway.parts.staff.staff.database["answers"].find({"erased": True}).to_list(None)
    assert [set(row) & {"answer", "about"} for row in rows] == [set()]


async def test_x5_what_was_written_to_the_guest_is_not_offered_for_the_next_one(gateway: Installation) -> None:
    body = {"slots": [SLOT], "guest": {"name": "田中花子"}, "send_mail": False, "guidance": "田中様へのご案内"}
    for proposal_id, left in (("prp_gone", ""), ("prp_other", "田中様へのご案内")):
        made = Answer(201, a_proposal_view(id=proposal_id))
        gateway.services.says("booking", "POST /internal/proposals", made)
        await gateway.taro.post("/api/v1/proposals", json=body)
        await erase(gateway, "prp_gone")
        assert (await gateway.taro.get("/api/v1/me")).json()["defaults"]["guidance"] == left


@pytest.mark.parametrize("value", [-1, 1, 6, 3651, 30.5, "30", True])
async def test_x5_a_refused_number_of_days_tells_what_may_be(gateway: Installation, value: object) -> None:
    for language, words in (
        ("ja", "0(自動では削除しない)、または 7 から 3650 までの整数を指定してください。"),
        ("en", "0 (nothing is erased by itself) or a whole number from 7 to 3650."),
    ):
        headers = {"accept-language": language}
        answer = await gateway.admin.patch("/api/v1/organization", json={"retention_days": value}, headers=headers)
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            [{"pointer": "/retention_days", "detail": words}],
        )

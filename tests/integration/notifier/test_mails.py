"""Mails through a real broker, database and SMTP server."""

from typing import Any

import httpx
from icalendar import Calendar

from shared.contracts.booking import Kind, SlotsChanged, SlotsProposed, SlotsWithdrawn
from tests.integration.notifier.conftest import NewNotifier, Notifier, PostOffice
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    GUEST,
    JOIN,
    ORGANIZATION_ID,
    PROPOSAL_ID,
    a_proposal,
    an_appointment,
    canceled,
    changed,
    confirmed,
    meeting_issued,
    meeting_updated,
    organization_changed,
    proposal_event,
)
from tests.waiting import eventually


async def settled(notifier: Notifier) -> None:
    """All that the queues held before has been heard, and what was due has been sent: a proposal of its own, told by
    the same queue and to the same people, has ended.
    """
    marker = a_proposal(proposal_id="prp_marker", guest=GUEST.model_copy(update={"email": "marker@example.com"}))
    await notifier.hear(proposal_event(SlotsProposed, proposal=marker))

    async def is_quiet() -> bool:
        rows = await notifier.database["matters"].find({}, {"due_at": 1, "deliveries": 1}).to_list(None)
        return {row["_id"] for row in rows} == {PROPOSAL_ID, "prp_marker"} and not any(
            row.get("due_at") for row in rows
        )

    await eventually(is_quiet)


async def test_a_proposal_with_mail_tells_guest_and_staff_once_each(
    notifier: Notifier, post_office: PostOffice
) -> None:
    event = proposal_event(SlotsProposed)
    await notifier.hear(event, event, event)
    await settled(notifier)
    (to_guest,) = post_office.to(GUEST.email)
    assert to_guest.subject == "[株式会社サンプル]アポイントメントの日程調整をお願いします[Chosei]"
    assert "https://chosei.example.jp/g/TOKEN" in to_guest.text
    assert "社内だけのメモ" not in to_guest.content.decode()
    (to_staff, _) = sorted(post_office.to("taro@example.jp"), key=lambda taken: "marker" in taken.text)
    assert set(to_staff.recipients) == {"taro@example.jp", "admin@example.jp"}
    assert to_staff.subject == "[田中花子]さまとの日程調整を依頼しました[Chosei]"
    assert len(post_office.taken) == 4
    await eventually(lambda: len(notifier.statements("notification_sent")) == 4)


async def test_the_preview_is_the_mail_that_is_sent(notifier: Notifier, post_office: PostOffice) -> None:
    event = proposal_event(SlotsProposed)
    asked = {
        "event": event.routing_key,
        "subject": event.subject,
        "organization_id": event.organizationid,
        "data": event.data.model_dump(mode="json"),
    }
    transport = httpx.ASGITransport(app=notifier.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notifier") as client:
        headers = {"authorization": "Bearer secret"}

        async def previewed() -> Any:
            """Once the organization's settings have arrived."""
            answer = await client.post("/internal/preview", json=asked, headers=headers)
            return answer.json() if answer.status_code == 200 else None

        preview = await eventually(previewed)
        assert (await client.post("/internal/preview", json=asked)).status_code == 401
    await notifier.hear(event)
    (sent,) = await eventually(lambda: post_office.to(GUEST.email))
    html = sent.message.get_body(("html",))
    assert html is not None
    assert preview == {
        "subject": sent.subject,
        "text": sent.text,
        "html": html.get_content().replace("\r\n", "\n"),
    }


async def test_r20_an_organization_that_switched_to_text_gets_no_html(
    notifier: Notifier, post_office: PostOffice
) -> None:
    text_only = organization_changed(mail_format="text").model_copy(update={"aggregateversion": 2})
    await notifier.hear(text_only)

    async def is_heard() -> bool:
        row = await notifier.database["organizations"].find_one({"_id": ORGANIZATION_ID})
        return row is not None and row["mail_format"] == "text"

    await eventually(is_heard)
    await notifier.hear(proposal_event(SlotsProposed), meeting_issued(), confirmed(an_appointment(proposal_id=None)))
    await eventually(lambda: len(post_office.taken) == 4)
    kinds = {part.get_content_type() for taken in post_office.taken for part in taken.message.walk()}
    assert "text/plain" in kinds
    assert "text/html" not in kinds


async def test_a_confirmation_waits_for_its_link_and_carries_it_to_both_sides(
    notifier: Notifier, post_office: PostOffice
) -> None:
    await notifier.hear(meeting_issued(), confirmed(), meeting_issued(), confirmed())
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    assert len(post_office.taken) == 2
    assert all(JOIN.url in taken.text and "ミーティングID: 72962683804" in taken.text for taken in post_office.taken)
    assert all(said["with_meeting"] for said in notifier.statements("notification_sent"))
    (to_guest,) = post_office.to(GUEST.email)
    (invite,) = [part for part in to_guest.message.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(invite.get_content())
    assert calendar["METHOD"] == "REQUEST"
    assert str(calendar.walk("VEVENT")[0]["UID"]) == f"{APPOINTMENT_ID}@chosei"
    (to_staff,) = post_office.to("taro@example.jp")
    assert to_staff.subject == "ABC株式会社:田中花子様"
    assert "text/calendar" not in to_staff.content.decode()


async def test_g11_a_late_link_comes_in_exactly_one_further_mail(
    new_notifier: NewNotifier, post_office: PostOffice
) -> None:
    notifier = await new_notifier(meeting_wait=0.2)
    await notifier.hear(confirmed(an_appointment(confirmed_at="2026-11-20T03:00:00Z")))
    await eventually(lambda: len(post_office.taken) == 2)
    assert all("発行でき次第あらためて" in taken.text for taken in post_office.taken)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    issued = meeting_issued()
    await notifier.hear(issued, issued, confirmed(), issued)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 4)
    assert [taken.subject for taken in post_office.to(GUEST.email)][1:] == [
        "[株式会社サンプル]Web会議URLのご案内[Chosei]"
    ]
    assert len(post_office.to("taro@example.jp")) == 2


async def test_c9_a_changed_link_is_told_to_both_sides(notifier: Notifier, post_office: PostOffice) -> None:
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    await notifier.hear(meeting_updated(revision=1, link="https://zoom.example/j/999"))
    await eventually(lambda: len(post_office.taken) == 4)
    assert "https://zoom.example/j/999" in post_office.to(GUEST.email)[1].text


async def test_g12_a_meeting_of_another_kind_is_confirmed_anew_without_the_old_link(
    notifier: Notifier, post_office: PostOffice
) -> None:
    await notifier.hear(confirmed(), meeting_issued())
    await eventually(lambda: len(post_office.to(GUEST.email)) == 1)
    visit = an_appointment(revision=2, kind=Kind.VISIT, wants_meeting=False, reception_code="123456")
    await notifier.hear(*[changed(visit, meets_otherwise=True)] * 2)
    await eventually(lambda: len(post_office.to(GUEST.email)) == 2)
    before, after = post_office.to(GUEST.email)
    assert JOIN.url in before.text
    assert JOIN.url not in after.text
    assert "123456" in after.text
    assert after.subject == "[株式会社サンプル]アポイントメントの日程が確定しました[Chosei]"
    await eventually(lambda: len(post_office.to("taro@example.jp")) == 2)


async def test_what_was_canceled_before_it_was_told_is_suppressed(notifier: Notifier, post_office: PostOffice) -> None:
    await notifier.hear(confirmed())
    await eventually(lambda: notifier.matter(APPOINTMENT_ID))
    await notifier.hear(canceled(an_appointment(revision=2)))
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    await eventually(lambda: len(notifier.statements("notification_failed")) == 2)
    assert all(said["suppressed"] for said in notifier.statements("notification_failed"))
    assert {taken.subject for taken in post_office.taken} == {
        "[株式会社サンプル]アポイントメントがキャンセルされました[Chosei]",
        "キャンセル:ABC株式会社:田中花子様",
    }
    assert "都合により中止します。" in post_office.to(GUEST.email)[0].text


async def test_editing_and_withdrawing_mail_the_guest_only_when_asked(
    notifier: Notifier, post_office: PostOffice
) -> None:
    quiet = a_proposal(send_mail=False)
    await notifier.hear(
        proposal_event(SlotsProposed, proposal=quiet),
        proposal_event(SlotsChanged, version=2, proposal=quiet, reason="edited", mail_guest=False),
        proposal_event(SlotsWithdrawn, version=3, proposal=quiet, notify_guest=True),
    )
    await eventually(lambda: len(notifier.statements("notification_sent")) == 1)
    assert [taken.recipients for taken in post_office.taken] == [(GUEST.email,)]
    assert (await notifier.matter(PROPOSAL_ID))["facts"]["closed"] == "withdrawn"

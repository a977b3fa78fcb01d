"""Mails of bookings on pages (H10): how guests move or cancel by themselves, and what staff read when they did."""

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from services.notifier.mails.letters import write
from shared.contracts import actors
from shared.contracts.booking import PageRef
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.sealed import SaidAnswer
from tests.unit.notifier.builders import START, a_chain, a_material, a_matter, a_notice, an_appointment

MANAGE = "https://chosei.example.jp/a/TOKEN"
PAGE = PageRef(page_id="pag_1", title="相談", slug="soudan")
TELLING = [Purpose.CONFIRMED, Purpose.RESCHEDULED, Purpose.LINK, Purpose.REMINDER, Purpose.NOTICE]


def a_booking(**changes: Any) -> Any:
    values = {"page": PAGE, "reschedule_until": START - timedelta(hours=1), "cancel_until": START, **changes}
    return a_matter(appointment=an_appointment(proposal_id=None, **values))


def by_guest(purpose: Purpose, audience: Audience) -> Any:
    return a_notice(purpose, 1, audience, chain=a_chain().model_copy(update={"actor": actors.GUEST}))


@pytest.mark.parametrize("purpose", TELLING)
def test_guests_read_how_to_move_or_cancel_and_until_when(purpose: Purpose) -> None:
    mail = write(a_material(purpose, matter=a_booking(), guest_url=MANAGE))
    assert mail.text.count(MANAGE) == 2  # the button's, and this one's
    assert "日程の変更・キャンセルができます" in mail.text
    assert "変更の期限: 2026年12月1日(火) 12:00" in mail.text
    assert mail.html is not None
    assert mail.html.count(f'href="{MANAGE}"') == 3


def test_x12_deadlines_name_the_guests_zone_beside_the_organizations() -> None:
    mail = write(a_material(Purpose.CONFIRMED, matter=a_booking(guest_time_zone="America/New_York"), guest_url=MANAGE))
    away, home = (
        "2026年11月30日(月) 22:00 (America/New_York, UTC-05:00)",
        "2026年12月1日(火) 12:00 (Asia/Tokyo, UTC+09:00)",
    )
    assert f"変更の期限: {away} / {home}" in mail.text


def test_only_what_the_page_allows_is_offered() -> None:
    mail = write(a_material(Purpose.CONFIRMED, matter=a_booking(cancel_until=None), guest_url=MANAGE))
    assert "日程の変更ができます" in mail.text
    assert "キャンセル" not in mail.text


@pytest.mark.parametrize("changes", [{"reschedule_until": None, "cancel_until": None}, {}])
def test_nothing_is_offered_where_the_page_forbids_it_or_it_is_too_late(changes: dict[str, Any]) -> None:
    late = {} if changes else {"at": START}
    mail = write(a_material(Purpose.REMINDER, matter=a_booking(**changes), guest_url=MANAGE, **late))
    assert mail.text.count(MANAGE) == 1
    assert "ご都合が変わったとき" not in mail.text


def test_staff_and_canceled_mails_offer_nothing() -> None:
    for purpose, audience in ((Purpose.CONFIRMED, Audience.STAFF), (Purpose.CANCELED, Audience.GUEST)):
        assert MANAGE not in write(a_material(purpose, audience, matter=a_booking(), guest_url=MANAGE)).text


def test_the_invitation_leads_there_too() -> None:
    mail = write(a_material(Purpose.CONFIRMED, matter=a_booking(), guest_url=MANAGE))
    assert mail.invitation is not None
    (entry,) = Calendar.from_ical(mail.invitation.content).walk("VEVENT")
    assert f"日程の変更・キャンセル: {MANAGE}" in str(entry["DESCRIPTION"])


@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        (Purpose.RESCHEDULED, "お客様ご自身による日程の変更です。"),
        (Purpose.CANCELED, "お客様ご自身によるキャンセルです。"),
    ],
)
def test_staff_read_that_the_guest_did_it_and_why(purpose: Purpose, said: str) -> None:
    notice = by_guest(purpose, Audience.STAFF)
    mail = write(a_material(purpose, Audience.STAFF, matter=a_booking(), notice=notice, words="急用のため"))
    assert said in mail.text
    assert "■ お客様からのメッセージ\n急用のため" in mail.text


@pytest.mark.parametrize("purpose", [Purpose.RESCHEDULED, Purpose.CANCELED])
def test_what_staff_did_is_not_called_the_guests(purpose: Purpose) -> None:
    assert "ご自身" not in write(a_material(purpose, Audience.STAFF, matter=a_booking())).text


ANSWERS = (
    SaidAnswer(label="ご相談内容", value="導入の進め方\n<b>費用</b>"),
    SaidAnswer(label="初めてですか", value=False),
    SaidAnswer(label="その他", value=""),
)


@pytest.mark.parametrize("purpose", [Purpose.CONFIRMED, Purpose.REQUESTED])
def test_h05_staff_read_what_the_guest_answered_and_the_guest_is_not_told_it_again(purpose: Purpose) -> None:
    to_host = write(a_material(purpose, Audience.STAFF, matter=a_booking(), answers=ANSWERS))
    assert "■ お客様の回答\nご相談内容: 導入の進め方\n<b>費用</b>\n初めてですか: いいえ\n" in to_host.text
    assert "その他" not in to_host.text
    assert to_host.html is not None
    assert "&lt;b&gt;費用&lt;/b&gt;" in to_host.html
    assert "導入の進め方" not in write(a_material(purpose, Audience.GUEST, matter=a_booking(), answers=ANSWERS)).text


def test_h05_without_answers_there_is_no_heading_for_them() -> None:
    assert "お客様の回答" not in write(a_material(Purpose.CONFIRMED, Audience.STAFF, matter=a_booking())).text

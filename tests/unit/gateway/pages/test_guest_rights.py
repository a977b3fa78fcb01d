"""What a guest may still do is said with its deadline, and why something is not (H10)."""

from datetime import datetime, timedelta
from typing import Any

from services.gateway.pages.guest_rights import Shown, shown_rights
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.page_guests import PageRefView
from tests.unit.gateway.pages.builders import START, a_reading, an_appointment

DAY = timedelta(days=1)
BEFORE = START - 2 * DAY


def rights(now: datetime = BEFORE, **changes: Any) -> Shown:
    status = changes.pop("status", AppointmentStatus.CONFIRMED)
    allowed = {
        "can_reschedule": True,
        "can_cancel": True,
        "reschedule_until": START - DAY,
        "cancel_until": START,
        "page": PageRefView(id="pag_1", title="ご相談", slug="intro"),
    }
    appointment = an_appointment(status=status).model_copy(update={**allowed, **changes})
    reading = a_reading()
    return shown_rights(appointment, type(reading)(reading.language, reading.zone, now))


def test_deadlines_stand_beside_what_is_allowed() -> None:
    shown = rights()
    assert shown.until == (
        "日時の変更は 2026年11月30日(月) 13:00 まで承ります。",
        "キャンセルは 2026年12月1日(火) 13:00 まで承ります。",
    )
    assert (shown.note, shown.again) == ("", "")


def test_what_is_too_late_and_what_never_was_allowed_are_told_apart() -> None:
    late = rights(START - DAY / 2, can_reschedule=False)
    assert late.note.startswith("日時の変更の期限が過ぎました。")
    assert rights(can_reschedule=False, reschedule_until=None).note.startswith("日時の変更をご希望の場合")
    nothing = rights(can_reschedule=False, can_cancel=False, reschedule_until=None, cancel_until=None)
    assert nothing.note.startswith("変更・キャンセルをご希望の場合")


def test_a_cancelled_one_and_a_past_one_lead_to_the_page() -> None:
    over = rights(status=AppointmentStatus.CANCELED, can_reschedule=False, can_cancel=False)
    assert (over.again, over.note) == ("intro", "")
    assert rights(START + DAY, can_reschedule=False, can_cancel=False).again == "intro"

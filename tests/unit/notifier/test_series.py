"""Mails of a recurring appointment (E6): which go out, and the invitation as calendars read it (G14)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from icalendar import Calendar

from services.notifier.mails.invitation import Method, Participant, invitation, uid_of
from services.notifier.model.matter import Notice
from services.notifier.model.plan import _is_about_the_same
from shared.contracts.booking import Occurrence, Series
from shared.contracts.notifier import Audience, Purpose

BERLIN = ZoneInfo("Europe/Berlin")
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
FIRST = datetime(2030, 10, 15, 7, tzinfo=UTC)
STARTS = [FIRST, FIRST + WEEK, FIRST + 2 * WEEK + HOUR, FIRST + 3 * WEEK + HOUR]
PUT = Occurrence(original_start_at=STARTS[1], start_at=STARTS[1] + 3 * HOUR, end_at=STARTS[1] + 4 * HOUR)
GONE = Occurrence(original_start_at=STARTS[2], start_at=STARTS[2], end_at=STARTS[2] + HOUR, canceled=True)


def the_calendar(*changed: Occurrence) -> Any:
    made = invitation(
        Method.REQUEST,
        uid=uid_of("apt_1"),
        asks=False,
        sequence=3,
        start_at=FIRST,
        end_at=FIRST + HOUR,
        zone=BERLIN,
        title="定例",
        description="",
        location="",
        organizer=Participant("会社", "taro@example.jp"),
        guest=Participant("花子", "hanako@example.jp"),
        stamp=FIRST,
        series=Series(rrule="FREQ=WEEKLY;BYDAY=TU;COUNT=4", changed=changed),
    )
    return Calendar.from_ical(made.content)


def test_g14_a_series_is_one_uid_with_rule_exceptions_and_what_was_moved() -> None:
    whole, moved = the_calendar(PUT, GONE).walk("VEVENT")
    assert {str(one["uid"]) for one in (whole, moved)} == {uid_of("apt_1")}
    assert [int(one["sequence"]) for one in (whole, moved)] == [3, 3]
    assert whole["exdate"].dts[0].dt == GONE.original_start_at
    assert (moved["recurrence-id"].dt, moved["dtstart"].dt, moved["dtend"].dt) == (
        PUT.original_start_at,
        PUT.start_at,
        PUT.end_at,
    )
    assert "rrule" not in moved


def test_g06_the_rule_in_the_invitation_keeps_the_wall_clock() -> None:
    (whole,) = the_calendar().walk("VEVENT")
    rule = rrulestr(whole["rrule"].to_ical().decode(), dtstart=whole["dtstart"].dt)
    assert [at.replace(fold=0).astimezone(UTC) for at in rule] == STARTS


def a_notice(revision: int, one: Occurrence | None = None) -> Notice:
    chain = {"correlation_id": "c", "causation_id": "e"}
    return Notice.model_validate(
        {
            "purpose": Purpose.CANCELED,
            "revision": revision,
            "audiences": (Audience.GUEST,),
            "at": FIRST,
            "chain": chain,
            "occurrence": one,
        }
    )


def test_a_mail_about_one_occurrence_replaces_only_one_about_the_same() -> None:
    assert _is_about_the_same(a_notice(3, GONE), a_notice(2, GONE))
    assert _is_about_the_same(a_notice(3), a_notice(2, GONE))
    assert not _is_about_the_same(a_notice(3, PUT), a_notice(2, GONE))
    assert not _is_about_the_same(a_notice(3, PUT), a_notice(2))

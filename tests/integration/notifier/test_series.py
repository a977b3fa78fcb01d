"""Mails of a recurring appointment (E6) on the real broker: twice and out of order, one of each and nothing twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar

from services.notifier.mails.invitation import uid_of
from shared import clock
from shared.contracts.booking import Appointment, Kind, Occurrence, Series
from shared.contracts.envelope import CloudEvent
from shared.contracts.reminder_scheduler import ReminderDue
from tests.integration.notifier.conftest import Notifier, PostOffice, Taken
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    GUEST,
    an_appointment,
    an_event,
    changed,
    confirmed,
    rescheduled,
)
from tests.waiting import eventually

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CANCELED = "[株式会社サンプル]アポイントメントがキャンセルされました[Chosei]"
CONFIRMED = "[株式会社サンプル]アポイントメントの日程が確定しました[Chosei]"
MOVED = "[株式会社サンプル]アポイントメントの日程が変更されました[Chosei]"


def first() -> datetime:
    """13:00 in Tokyo, in two days."""
    return (clock.now() + 2 * DAY).astimezone(UTC).replace(hour=4, minute=0, second=0, microsecond=0)


def occurrence(step: int, **changes: Any) -> Occurrence:
    at = first() + step * DAY
    return Occurrence(**{"original_start_at": at, "start_at": at, "end_at": at + HOUR, **changes})


def gone(step: int) -> Occurrence:
    return occurrence(step, canceled=True)


def put(step: int) -> Occurrence:
    at = first() + step * DAY + 2 * HOUR
    return occurrence(step, start_at=at, end_at=at + HOUR)


def a_series(revision: int = 1, *differing: Occurrence) -> Appointment:
    return an_appointment(
        revision=revision,
        kind=Kind.VISIT,
        wants_meeting=False,
        start_at=first(),
        end_at=first() + HOUR,
        series=Series(rrule="FREQ=DAILY;COUNT=4", changed=differing),
    )


def reminder_of(step: int, revision: int) -> CloudEvent[Any]:
    at = first() + step * DAY
    data = ReminderDue(appointment_id=APPOINTMENT_ID, revision=revision, start_at=at, original_start_at=at)
    return an_event(data, subject=APPOINTMENT_ID, version=revision)


def entries_in(taken: Taken) -> list[Any]:
    (invite,) = [part for part in taken.message.walk() if part.get_content_type() == "text/calendar"]
    return list(Calendar.from_ical(invite.get_content()).walk("VEVENT"))


async def quiet(notifier: Notifier) -> None:
    """Whatever was to be mailed has been."""

    async def nothing_is_due() -> bool:
        rows = await notifier.database["matters"].find({}, {"due_at": 1}).to_list(None)
        return bool(rows) and not any(row.get("due_at") for row in rows)

    await eventually(nothing_is_due)


async def test_g10_each_change_of_an_occurrence_is_one_mail_in_whatever_order_they_are_told(
    notifier: Notifier, post_office: PostOffice
) -> None:
    moved = rescheduled(a_series(3, gone(1), put(2)), occurrence=put(2))
    canceled = changed(a_series(2, gone(1)), occurrence=gone(1))
    await notifier.hear(moved, confirmed(a_series()), canceled, moved, canceled, confirmed(a_series()))
    await eventually(lambda: len(notifier.statements("notification_sent")) == 6)
    await quiet(notifier)
    mails = post_office.to(GUEST.email)
    assert sorted(mail.subject for mail in mails) == sorted([CONFIRMED, CANCELED, MOVED])
    assert len(post_office.taken) == 6
    sequences = [[int(entry["sequence"]) for entry in entries_in(mail)] for mail in mails]
    assert all(len(set(numbers)) == 1 for numbers in sequences)
    assert len({numbers[0] for numbers in sequences}) == 3
    whole, other = entries_in(max(mails, key=lambda mail: int(entries_in(mail)[0]["sequence"])))
    assert {str(entry["uid"]) for mail in mails for entry in entries_in(mail)} == {uid_of(APPOINTMENT_ID)}
    assert (whole["exdate"].dts[0].dt, other["dtstart"].dt) == (gone(1).start_at, put(2).start_at)


async def test_g21_each_occurrence_is_reminded_of_in_one_mail_which_names_it_and_none_that_was_cancelled(
    notifier: Notifier, post_office: PostOffice
) -> None:
    await notifier.hear(confirmed(a_series()), changed(a_series(2, gone(1)), occurrence=gone(1)))
    await eventually(lambda: len(notifier.statements("notification_sent")) == 4)
    due = [reminder_of(step, 2) for step in (2, 0, 1)]
    await notifier.hear(*due, *reversed(due), *due)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 8)
    await eventually(lambda: len(notifier.statements("notification_failed")) == 2)
    await quiet(notifier)

    def named(kind: str) -> list[datetime]:
        said = [one for one in notifier.statements(kind) if one["purpose"] == "reminder"]
        return sorted(datetime.fromisoformat(one["original_start_at"]) for one in said)

    assert named("notification_sent") == [occurrence(step).start_at for step in (0, 0, 2, 2)]
    assert named("notification_failed") == [gone(1).start_at] * 2
    assert [one.get("original_start_at") for one in notifier.statements("notification_sent")][:4] == [None] * 4


async def test_e6_a_mail_about_the_whole_lists_what_differs_from_the_rule(
    notifier: Notifier, post_office: PostOffice
) -> None:
    await notifier.hear(*[rescheduled(a_series(3, gone(1), put(2)))] * 2)
    (mail,) = await eventually(lambda: post_office.to(GUEST.email))

    def tokyo(at: datetime) -> str:
        local = at + 9 * HOUR
        return f"{local.year}年{local.month}月{local.day}日({'月火水木金土日'[local.weekday()]}) {local:%H:%M}"

    assert mail.subject == MOVED
    assert f"キャンセル: {tokyo(gone(1).start_at)} (Asia/Tokyo, UTC+09:00)" in mail.text
    assert f"日時変更: {tokyo(occurrence(2).start_at)} → {tokyo(put(2).start_at)} ～ 16:00 (Asia/Tokyo" in mail.text
    assert [mail.text.count(word) for word in ("キャンセル: ", "日時変更: ")] == [1, 1]

"""The reminder and the notices of a series among its effects (G9, G21, E6): the row tells of the next one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.booking.model.effects import FILED, REMINDER_KEY, Report, Reported, mail_key, of_occurrence, report, shown
from services.booking.model.expected_reminders import Owed
from shared.contracts.api.effects import EffectStatus, EffectView
from shared.contracts.booking import Occurrence
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.reveal import LinkShown, Reveal

FIRST = datetime(2026, 12, 7, 4, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STARTS = [FIRST + step * DAY for step in range(3)]
BOTH = (Audience.GUEST, Audience.STAFF)
DONE, PENDING, WAITING = EffectStatus.DONE, EffectStatus.PENDING, EffectStatus.WAITING


def owed(starts: list[datetime] = STARTS, since: int = 1) -> Owed:
    ahead = [Occurrence(original_start_at=at, start_at=at, end_at=at + HOUR) for at in starts]
    return Owed(ahead, BOTH, since, recurs=True)


def filed(at: datetime, revision: int = 1, **changes: Any) -> dict[str, Report]:
    values = {"reason": FILED, "until": at - 6 * HOUR, **changes}
    return {of_occurrence(REMINDER_KEY, at): report(revision, values.pop("status", Reported.WAITING), **values)}


def mailed(at: datetime, purpose: Purpose = Purpose.REMINDER, revision: int = 1, **changes: Any) -> dict[str, Report]:
    told = report(revision, **{"status": Reported.DONE, **changes})
    return {of_occurrence(mail_key(purpose, side), at): told for side in BOTH}


ALL_FILED = filed(STARTS[0]) | filed(STARTS[1]) | filed(STARTS[2])


def of_reminder(reports: dict[str, Report], **changes: Any) -> EffectView:
    (view,) = shown([owed(**changes).reminder()], reports)
    return view


def test_g21_the_row_waits_for_the_next_reminder_and_is_done_with_the_last() -> None:
    told = ALL_FILED
    for step, start in enumerate(STARTS):
        view = of_reminder(told)
        assert (view.status, view.reason, view.until, view.count) == (WAITING, FILED, start - 6 * HOUR, 1), step
        told = told | mailed(start)
    assert of_reminder(told).status is DONE


def test_g21_the_last_word_on_another_occurrence_says_nothing_of_the_next_one() -> None:
    in_any_order = filed(STARTS[2]) | filed(STARTS[1], 2, status=Reported.GONE, reason="canceled") | filed(STARTS[0])
    view = of_reminder(in_any_order, starts=[STARTS[0], STARTS[2]], since=2)
    assert (view.status, view.until) == (WAITING, STARTS[0] - 6 * HOUR)


def test_g21_an_occurrence_that_moved_after_its_reminder_is_reminded_of_again() -> None:
    told = ALL_FILED | mailed(STARTS[0]) | filed(STARTS[0], 2, until=STARTS[0] + HOUR)
    assert (of_reminder(told).status, of_reminder(told).until) == (WAITING, STARTS[0] + HOUR)
    assert of_reminder(told | mailed(STARTS[0], revision=2)).until == STARTS[1] - 6 * HOUR


def test_g21_a_failure_stands_until_a_later_one_went_out() -> None:
    failed = ALL_FILED | mailed(STARTS[0], status=Reported.FAILED, reason="smtp_550")
    assert of_reminder(failed).status is EffectStatus.FAILED
    assert of_reminder(failed | mailed(STARTS[1])).status is WAITING


def test_r27_one_that_starts_too_early_holds_back_nothing() -> None:
    early = filed(STARTS[0], status=Reported.SUPPRESSED, reason="before_reminder_time", until=None)
    assert of_reminder(ALL_FILED | early).until == STARTS[1] - 6 * HOUR
    never = {key: told.model_copy(update={"until": None}) for key, told in early.items()}
    (view,) = shown([owed(starts=[STARTS[0]]).reminder()], never)
    assert (view.status, view.reason) == (EffectStatus.SUPPRESSED, "before_reminder_time")


def test_r28_with_the_whole_all_reminders_go() -> None:
    going = owed().reminder().model_copy(update={"absent": True, "since": 2})
    gone = {key: told for at in STARTS for key, told in filed(at, 2, status=Reported.GONE, reason="canceled").items()}
    assert shown([going], ALL_FILED)[0].status is PENDING
    assert [(view.status, view.count) for view in shown([going], ALL_FILED | gone)] == [(DONE, 1)]


def test_c7_the_notices_of_a_series_wait_for_the_next_one_each() -> None:
    reveal = Reveal(link=LinkShown.IN_NOTICE, notices=(60,))
    guest, _ = owed().notices(reveal, "Asia/Tokyo", FIRST - HOUR, FIRST - DAY)
    told: dict[str, Report] = {}
    for start in STARTS:
        (view,) = shown([guest], told)
        assert (view.status, view.until, view.purpose) == (WAITING, start - HOUR, Purpose.NOTICE)
        told |= mailed(start, Purpose.NOTICE)
    assert [view.status for view in shown([guest], told)] == [DONE]

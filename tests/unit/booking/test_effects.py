"""Reports fold in any order and any number of times into one picture (G9)."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.effects import (
    FILED,
    MEETING_KEY,
    REMINDER_KEY,
    Expected,
    Report,
    Reported,
    fold,
    hold_key,
    is_troubled,
    mail_key,
    report,
    shown,
)
from shared.contracts.api.effects import Effect, EffectStatus, EffectView
from shared.contracts.notifier import Purpose

AT = datetime(2026, 12, 1, tzinfo=UTC)
KEYS = ["a", "b", "c"]
REPORTS = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.builds(lambda revision, status: report(revision, status), st.integers(1, 5), st.sampled_from(Reported)),
    ),
    max_size=12,
)


def folded(reports: list[tuple[str, Report]]) -> dict[str, Report]:
    state: dict[str, Report] = {}
    for key, told in reports:
        state = dict(fold(state, key, told))
    return state


@given(REPORTS, st.data())
def test_g09_any_order_and_any_repetition_end_in_the_same_state(
    reports: list[tuple[str, Report]], data: st.DataObject
) -> None:
    again = data.draw(st.permutations(reports + reports[: data.draw(st.integers(0, len(reports)))]))
    assert folded(list(again)) == folded(reports)


def meeting(since: int = 1, *, absent: bool = False) -> Expected:
    return Expected(effect=Effect.MEETING, of="stf", keys=[MEETING_KEY], since=since, absent=absent)


def status_of(expected: Expected, *told: tuple[str, Report]) -> EffectStatus:
    return shown([expected], folded(list(told)))[0].status


def test_a_success_after_a_failure_of_the_same_revision_counts() -> None:
    failed, done = report(1, Reported.FAILED, reason="x"), report(1, Reported.DONE)
    assert status_of(meeting(), (MEETING_KEY, failed), (MEETING_KEY, done)) is EffectStatus.DONE
    assert status_of(meeting(), (MEETING_KEY, done), (MEETING_KEY, failed)) is EffectStatus.DONE


def test_what_was_done_for_an_older_revision_is_pending() -> None:
    assert status_of(meeting(since=2), (MEETING_KEY, report(1, Reported.DONE))) is EffectStatus.PENDING


def test_waiting_says_until_when_and_why() -> None:
    waiting = report(1, Reported.WAITING, reason="zoom_rate_limited", until=AT)
    (view,) = shown([meeting()], {MEETING_KEY: waiting})
    assert (view.status, view.reason, view.until) == (EffectStatus.WAITING, "zoom_rate_limited", AT)


def test_a_mail_says_why_it_is_sent_and_what_goes_says_so() -> None:
    mail = Expected(effect=Effect.MAIL, of="guest", keys=[mail_key("confirmed", "guest")], since=1)
    views = shown([mail, meeting(absent=True)], {})
    assert [(view.purpose, view.absent) for view in views] == [(Purpose.CONFIRMED, False), (None, True)]


def test_the_worst_of_several_holds_is_shown() -> None:
    hold = Expected(effect=Effect.HOLD, of="stf", keys=[hold_key("stf", slot) for slot in "12"], since=0)
    placed, failed = report(1, Reported.DONE), report(1, Reported.FAILED, reason="quota")
    assert status_of(hold, (hold_key("stf", "1"), placed)) is EffectStatus.PENDING
    assert status_of(hold, (hold_key("stf", "1"), placed), (hold_key("stf", "2"), failed)) is EffectStatus.FAILED


def test_a_release_is_done_when_it_is_gone_or_was_never_there() -> None:
    key = hold_key("stf", "1")
    release = Expected(effect=Effect.HOLD_RELEASE, of="stf", keys=[key], since=2, absent=True)
    assert status_of(release, (key, report(1, Reported.DONE))) is EffectStatus.PENDING
    assert status_of(release, (key, report(1, Reported.GONE))) is EffectStatus.DONE
    assert status_of(release) is EffectStatus.SUPPRESSED
    assert status_of(release, (key, report(1, Reported.FAILED))) is EffectStatus.SUPPRESSED
    assert status_of(release, (key, report(2, Reported.FAILED))) is EffectStatus.FAILED


def test_the_publishers_own_count_orders_reports_of_one_revision() -> None:
    first, second = report(1, Reported.SUPPRESSED, within=1), report(1, Reported.DONE, within=2)
    third = report(1, Reported.SUPPRESSED, reason="too_late", within=3)
    assert fold(fold({"r": third}, "r", first), "r", second)["r"] == third


REMINDER = Expected(effect=Effect.REMINDER, of="", keys=[REMINDER_KEY], since=1)
FILED_REMINDER = (REMINDER_KEY, report(1, Reported.WAITING, reason=FILED, until=AT))


def reminded(side: str, told: Report) -> tuple[str, Report]:
    return mail_key(Purpose.REMINDER, side), told


def test_g21_a_reminder_waits_for_its_hour_and_is_done_when_its_mails_are() -> None:
    (view,) = shown([REMINDER], folded([FILED_REMINDER]))
    assert (view.of, view.status, view.reason, view.until) == ("", EffectStatus.WAITING, "scheduled", AT)
    done = report(1, Reported.DONE)
    both = folded([FILED_REMINDER, reminded("guest", done), reminded("staff", done)])
    assert [(view.of, view.status) for view in shown([REMINDER], both)] == [("", EffectStatus.DONE)]


def test_g21_sides_of_a_reminder_that_fare_differently_are_told_apart() -> None:
    late = report(1, Reported.SUPPRESSED, reason="too_late")
    told = folded([FILED_REMINDER, reminded("guest", report(1, Reported.DONE)), reminded("staff", late)])
    views = [(view.of, view.status, view.reason) for view in shown([REMINDER], told)]
    assert views == [("guest", EffectStatus.DONE, None), ("staff", EffectStatus.SUPPRESSED, "too_late")]


def test_g21_a_reminder_of_an_earlier_time_says_nothing_of_the_new_one() -> None:
    moved = REMINDER.model_copy(update={"since": 2})
    done = report(1, Reported.DONE)
    told = folded([reminded("guest", done), reminded("staff", done), (REMINDER_KEY, report(2, Reported.WAITING))])
    assert [view.status for view in shown([moved], told)] == [EffectStatus.WAITING]


CONFIRMATION = Expected(effect=Effect.MAIL, of="guest", keys=[mail_key("confirmed", "guest")], since=1)
WITHOUT_LINK = (mail_key("confirmed", "guest"), report(1, Reported.DONE, lacks_link=True))
LINK = mail_key(Purpose.LINK, "guest")


def test_g11_a_link_that_came_late_is_a_mail_of_its_own() -> None:
    there = (MEETING_KEY, report(1, Reported.DONE))
    assert len(shown([CONFIRMATION], folded([WITHOUT_LINK]))) == 1
    assert len(shown([CONFIRMATION], folded([(WITHOUT_LINK[0], report(1, Reported.DONE)), there]))) == 1
    owed = shown([CONFIRMATION], folded([WITHOUT_LINK, there]))
    assert [(view.purpose, view.status) for view in owed] == [
        (Purpose.CONFIRMED, EffectStatus.DONE),
        (Purpose.LINK, EffectStatus.PENDING),
    ]
    refused = (LINK, report(1, Reported.FAILED, reason="smtp_550"))
    _, link = shown([CONFIRMATION], folded([WITHOUT_LINK, there, refused]))
    assert (link.of, link.status, link.reason) == ("guest", EffectStatus.FAILED, "smtp_550")


def test_g11_a_link_mail_of_before_the_move_is_not_shown_after_it() -> None:
    moved = Expected(effect=Effect.MAIL, of="guest", keys=[mail_key("rescheduled", "guest")], since=2)
    assert len(shown([moved], folded([(LINK, report(1, Reported.DONE))]))) == 1


def test_trouble_is_what_failed_or_is_tried_again_and_no_reminder_that_waits_for_its_hour() -> None:
    def troubled(status: EffectStatus, reason: str | None = None) -> bool:
        return is_troubled([EffectView(effect=Effect.REMINDER, of="", status=status, reason=reason)])

    assert troubled(EffectStatus.FAILED)
    assert troubled(EffectStatus.WAITING, "unavailable")
    assert not troubled(EffectStatus.WAITING, FILED)
    assert not any(troubled(status) for status in (EffectStatus.PENDING, EffectStatus.DONE, EffectStatus.SUPPRESSED))


def test_g09_a_notice_waits_for_its_hour_and_its_link_is_not_owed_by_the_confirmation() -> None:
    told_later = CONFIRMATION.model_copy(update={"tells_link": False})
    key = mail_key(Purpose.NOTICE, "guest")
    notice = Expected(effect=Effect.MAIL, of="guest", keys=[key], since=1, not_before=AT)
    there = (MEETING_KEY, report(1, Reported.DONE))
    waiting = shown([told_later, notice], folded([WITHOUT_LINK, there]))
    assert [(view.purpose, view.status, view.until) for view in waiting] == [
        (Purpose.CONFIRMED, EffectStatus.DONE, None),
        (Purpose.NOTICE, EffectStatus.WAITING, AT),
    ]
    assert not is_troubled(waiting)
    went = shown([told_later, notice], folded([WITHOUT_LINK, there, (key, report(1, Reported.DONE))]))
    assert [view.status for view in went] == [EffectStatus.DONE, EffectStatus.DONE]
    without = shown(
        [told_later, notice], folded([WITHOUT_LINK, there, (key, report(1, Reported.DONE, lacks_link=True))])
    )
    assert [view.purpose for view in without][-1] is Purpose.LINK

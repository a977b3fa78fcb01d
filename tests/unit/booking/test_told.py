"""What calendar_sync tells of one proposal or appointment ends in the same shown effects in any order (G9)."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.effects import (
    Expected,
    Report,
    Reported,
    entry_key,
    fold,
    hold_key,
    holds,
    shown,
)
from services.booking.model.told import Told, of_entry_removed, of_entry_written, of_holds, of_write_failed
from shared.contracts.api.effects import Effect, EffectStatus
from shared.contracts.calendar_sync import (
    CalendarEntryRemoved,
    CalendarEntryWritten,
    CalendarWriteFailed,
    Hold,
    Provider,
)

AT = datetime(2026, 12, 1, tzinfo=UTC)
STAFF = ("a", "b", "c")


def written(owner: str, *covers: str, revision: int = 1, at: int = 1) -> Told:
    event = CalendarEntryWritten(
        appointment_id="apt",
        revision=revision,
        staff_id=owner,
        provider=Provider.GOOGLE,
        covers=list(covers),
        with_meeting=True,
    )
    return of_entry_written(event, at)


def removed(owner: str, *, revision: int = 1, at: int = 1) -> Told:
    return of_entry_removed(CalendarEntryRemoved(appointment_id="apt", revision=revision, staff_id=owner), at)


def failed(owner: str, *, slot: str | None = None, revision: int = 1, at: int = 1, waits: bool = False) -> Told:
    event = CalendarWriteFailed(
        proposal_id="prp" if slot else None,
        appointment_id=None if slot else "apt",
        revision=revision,
        staff_id=owner,
        slot_id=slot,
        reason="x",
        retry_at=AT if waits else None,
    )
    return of_write_failed(event, at)


@st.composite
def told_of_entries(draw: st.DrawFn, owners: st.SearchStrategy[str]) -> list[Told]:
    """Of one appointment, as the calendars' service says it."""
    story, revision = [], 1
    for at in range(1, draw(st.integers(1, 10)) + 1):
        revision += draw(st.integers(0, 1))
        owner = draw(owners)
        covers = draw(st.sets(st.sampled_from(STAFF)))
        story.append(
            draw(
                st.sampled_from(
                    [
                        written(owner, *covers, revision=revision, at=at),
                        removed(owner, revision=revision, at=at),
                        failed(owner, revision=revision, at=at, waits=draw(st.booleans())),
                    ]
                )
            )
        )
    return story


@st.composite
def told_of_holds(draw: st.DrawFn) -> list[Told]:
    """Of one proposal, whose revision stands still for most of it."""
    story, revision = [], 1
    for at in range(1, draw(st.integers(1, 10)) + 1):
        revision += draw(st.sampled_from((0, 0, 1)))
        hold = Hold(staff_id=draw(st.sampled_from(STAFF)), slot_id=draw(st.sampled_from("12")))
        status = draw(st.sampled_from((Reported.DONE, Reported.GONE, Reported.WAITING)))
        story.append(
            failed(hold.staff_id, slot=hold.slot_id, revision=revision, at=at, waits=True)
            if status is Reported.WAITING
            else of_holds([hold], revision, status, at)
        )
    return story


def folded(story: list[Told]) -> dict[str, Report]:
    state: dict[str, Report] = {}
    for told in story:
        for key, report in told.items():
            state = dict(fold(state, key, report))
    return state


def entry(of: str, since: int = 1, *, absent: bool = False, shared: str = "a") -> Expected:
    return Expected(effect=Effect.ENTRY, of=of, keys=[entry_key(of)], since=since, absent=absent, shared=shared)


def status_of(expected: Expected, *story: Told) -> EffectStatus:
    return shown([expected], folded(list(story)))[0].status


@given(told_of_entries(st.sampled_from(STAFF)), st.data())
def test_g09_entries_told_in_any_order_and_again_are_shown_as_told_once(story: list[Told], data: st.DataObject) -> None:
    again = data.draw(st.permutations(story + story[: data.draw(st.integers(0, len(story)))]))
    since = data.draw(st.integers(1, 4))
    expected = [entry(one, since, absent=absent) for one in STAFF for absent in (False, True)]
    assert shown(expected, folded(list(again))) == shown(expected, folded(story))


@given(told_of_holds(), st.data())
def test_g09_holds_told_in_any_order_and_again_are_shown_as_told_once(story: list[Told], data: st.DataObject) -> None:
    again = data.draw(st.permutations(story + story[: data.draw(st.integers(0, len(story)))]))
    keys = [hold_key(staff_id, slot) for staff_id in STAFF for slot in "12"]
    expected = [*holds(keys, Effect.HOLD), *holds(keys, Effect.HOLD_RELEASE)]
    assert shown(expected, folded(list(again))) == shown(expected, folded(story))


@given(told_of_holds())
def test_g09_the_last_word_on_a_hold_is_shown(story: list[Told]) -> None:
    ((key, last),) = story[-1].items()
    (placed,) = shown(holds([key], Effect.HOLD), folded(story))
    wanted = {Reported.DONE: "done", Reported.GONE: "pending", Reported.WAITING: "waiting"}
    assert placed.status == wanted[last.status]


def test_an_entry_is_gone_for_all_whom_it_covered_whichever_is_heard_first() -> None:
    story = [written("a", "a", "b", revision=2, at=1), removed("a", revision=2, at=2)]
    for heard in (story, story[::-1]):
        assert status_of(entry("b", 2, absent=True), *heard) is EffectStatus.DONE


def test_an_entry_that_moved_to_another_owner_goes_with_that_one() -> None:
    moved = [written("a", "a", "c", revision=1, at=1), written("b", "a", "b", "c", revision=2, at=2)]
    assert status_of(entry("a", 2, shared="b"), *moved) is EffectStatus.DONE
    gone = [*moved, removed("b", revision=3, at=3)]
    assert status_of(entry("a", 3, absent=True, shared="b"), *gone) is EffectStatus.DONE


def test_what_keeps_the_organizers_entry_back_keeps_it_from_those_whom_it_would_cover() -> None:
    assert status_of(entry("b"), failed("a")) is EffectStatus.FAILED
    assert status_of(entry("b"), failed("a"), written("b", "b")) is EffectStatus.DONE
    assert status_of(entry("b", 2), written("a", "a", "b"), failed("a", revision=2, waits=True)) is EffectStatus.WAITING


def test_an_entry_of_ones_own_waits_for_no_other() -> None:
    own = [written("a", "a"), written("b", "b")]
    assert status_of(entry("b", absent=True, since=2), *own, removed("b", revision=2)) is EffectStatus.DONE
    assert status_of(entry("b", absent=True, since=2), *own, failed("b", revision=2)) is EffectStatus.FAILED


def test_an_entry_without_somebody_is_gone_for_them() -> None:
    left = entry("b", 2, absent=True)
    assert status_of(left, written("a", "a", "b")) is EffectStatus.PENDING
    assert status_of(left, written("a", "a", "b"), written("a", "a", revision=2)) is EffectStatus.DONE
    assert status_of(left) is EffectStatus.SUPPRESSED

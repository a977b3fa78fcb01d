"""A rule that Graph has no pattern for stands as several series; what their patterns make more of is deleted (E6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from deploy.sandbox.calendars.recurrence import ALWAYS, local_starts
from deploy.sandbox.microsoft.series import rule_lines
from services.calendar_sync.model.entries import MOST_PARTS, EntryDraft
from services.calendar_sync.model.series import DraftOccurrence, DraftSeries
from services.calendar_sync.providers.microsoft_parts import parts_of, state_of_all
from services.calendar_sync.providers.microsoft_series import recurrence_of
from shared.contracts.booking import Series, Visibility
from shared.drift import EntryState, OccurrenceState
from shared.recurrence import DAYS, BadRule, all_occurrences, checked

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
FIRST = datetime(2030, 10, 1, 7, tzinfo=UTC)
POSITIONS = [f"{place}{day}" for place in (1, 2, 3, 4, -1) for day in DAYS]
starts = st.dates(FIRST.date(), FIRST.date().replace(year=2032))


def of_month(day: date, others: set[int]) -> str:
    return "BYMONTHDAY=" + ",".join(map(str, {day.day, *others}))


def of_week(day: date, others: set[str]) -> str:
    place = min((day.day - 1) // 7 + 1, 5)
    own = f"{-1 if place == 5 else place}{DAYS[day.weekday()]}"
    return "BYDAY=" + ",".join({own, *others})


ruled = st.one_of(
    st.tuples(starts, st.sets(st.sampled_from([-1, *range(1, 32)]))).map(lambda one: (one[0], of_month(*one))),
    st.tuples(starts, st.sets(st.sampled_from(POSITIONS))).map(lambda one: (one[0], of_week(*one))),
)


def a_draft(rule: str, first: datetime = FIRST) -> EntryDraft:
    text = checked(rule, first, first + HOUR, str(BERLIN))
    found = all_occurrences(first, first + HOUR, str(BERLIN), Series(rrule=text))
    occurrences = tuple(DraftOccurrence(one.original_start_at, one.start_at, one.end_at, False) for one in found)
    series = DraftSeries(text, occurrences)
    return EntryDraft("m", "件名", "", "", first, first + HOUR, str(BERLIN), False, Visibility.DEFAULT, series=series)


def patterned(part: EntryDraft) -> list[datetime]:
    """What Graph makes of it."""
    local = part.start_at.astimezone(BERLIN).replace(tzinfo=None)
    lines = rule_lines(recurrence_of(part), local)
    return [at.replace(tzinfo=BERLIN).astimezone(UTC) for at in local_starts(lines, local, BERLIN, ALWAYS, HOUR)]


def originals(draft: EntryDraft) -> list[datetime]:
    return [one.original_at for one in draft.series.occurrences] if draft.series else []


@given(ruled, st.integers(1, 3), st.integers(1, 20))
def test_g10_every_occurrence_is_one_series_own_and_within_its_pattern(
    start: tuple[date, str], interval: int, count: int
) -> None:
    first = datetime.combine(start[0], time(9), BERLIN).astimezone(UTC)
    rule = f"FREQ=MONTHLY;INTERVAL={interval};{start[1]};COUNT={count}"
    try:
        draft = a_draft(rule, first)
    except BadRule:
        assume(False)
    parts = parts_of(draft)
    assert sorted(at for part in parts for at in originals(part)) == originals(draft)
    assert len(parts) <= MOST_PARTS
    assert len({part.marker for part in parts}) == len(parts)
    assert (parts[0].start_at, parts[0].end_at) == (draft.start_at, draft.end_at)
    for part in parts:
        made = patterned(part)
        assert set(originals(part)) <= set(made)
        assert (made[0], made[-1]) == (originals(part)[0], originals(part)[-1])


def test_one_pattern_is_one_series_as_it_was() -> None:
    for rule in ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", "FREQ=DAILY;COUNT=4", "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=4"):
        draft = a_draft(rule)
        assert parts_of(draft) == [draft]


def test_a_series_of_which_nothing_is_left_is_none() -> None:
    draft = a_draft("FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=4")
    assert draft.series is not None
    gone = tuple(replace(one, canceled=one.original_at.day == 1) for one in draft.series.occurrences)
    [left] = parts_of(replace(draft, series=replace(draft.series, occurrences=gone)))
    assert (left.marker, originals(left)) == ("m", originals(draft)[1::2])


def standing(part: EntryDraft) -> EntryState:
    told = tuple(OccurrenceState(at, at, at + HOUR) for at in originals(part))
    return EntryState(part.start_at, part.end_at, "件名", told, "")


def test_v6_what_becomes_of_one_series_becomes_of_its_occurrences() -> None:
    draft = a_draft("FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=4")
    first, second = parts_of(draft)
    assert state_of_all(draft, [first, second], [None, None]) is None
    gone = state_of_all(draft, [first, second], [standing(first), None])
    assert gone is not None
    assert [one.original_start_at for one in gone.occurrences if one.is_gone] == originals(second)
    later = replace(standing(first), start_at=first.start_at + HOUR, end_at=first.end_at + HOUR, occurrences=())
    moved = state_of_all(draft, [first, second], [later, standing(second)])
    assert moved is not None
    assert (moved.start_at, moved.end_at) == (draft.start_at, draft.end_at)
    [one, other] = [one for one in moved.occurrences if one.start_at != one.original_start_at]
    assert [one.start_at, other.start_at] == [at + HOUR for at in originals(first)]


def test_v6_another_title_or_text_of_any_series_is_seen() -> None:
    draft = a_draft("FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=4")
    first, second = parts_of(draft)
    other = replace(standing(second), title="別件", description="手で")
    found = state_of_all(draft, [first, second], [standing(first), other])
    assert found is not None
    assert (found.title, found.description) == ("別件", "手で")

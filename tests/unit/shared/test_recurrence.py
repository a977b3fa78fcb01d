"""Rules of recurrence against a slow model that looks at every day, in every zone and at every change of clocks."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import vRecur

from shared.contracts.booking import Occurrence, Series
from shared.recurrence import (
    DAYS,
    HORIZON,
    MOST,
    BadRule,
    Fault,
    Rule,
    all_occurrences,
    checked,
    instant,
    occurrences,
    parse,
)

_HOUR = timedelta(hours=1)
_ZONES = sorted(available_timezones() - {"localtime", "Factory"})
_YEARS = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC))


@cache
def _changes(zone: str) -> list[date]:
    """Days on which the zone's clocks change, 2024 to 2037."""
    at, found = _YEARS[0], []
    while at < _YEARS[1]:
        following = at + timedelta(days=1)
        if at.astimezone(ZoneInfo(zone)).utcoffset() != following.astimezone(ZoneInfo(zone)).utcoffset():
            found.append(following.astimezone(ZoneInfo(zone)).date())
        at = following
    return found


@st.composite
def _starts(draw: st.DrawFn) -> tuple[datetime, str]:
    """A local start, half of them some days before a change of clocks and at the hours in which these happen."""
    zone = draw(st.sampled_from(_ZONES))
    day = draw(st.dates(date(2024, 1, 1), date(2037, 12, 1)))
    if _changes(zone) and draw(st.booleans()):
        day = draw(st.sampled_from(_changes(zone))) - timedelta(days=draw(st.integers(0, 40)))
    hour = draw(st.one_of(st.integers(0, 3), st.integers(0, 23)))
    return datetime(day.year, day.month, day.day, hour, draw(st.sampled_from([0, 15, 30]))), zone  # noqa: DTZ001


@st.composite
def _texts(draw: st.DrawFn, day: date) -> str:
    """A rule that begins on ``day``, with an end."""
    interval = draw(st.integers(1, 4))
    kind = draw(st.sampled_from(["DAILY", "WEEKLY", "DATE", "LAST", "NTH"]))
    if kind == "DAILY":
        days = ""
    elif kind == "WEEKLY":
        others = draw(st.sets(st.sampled_from(DAYS), max_size=3))
        days = ";BYDAY=" + ",".join({DAYS[day.weekday()], *others})
    elif kind == "NTH" and day.day <= 28:
        days = f";BYDAY={(day.day - 1) // 7 + 1}{DAYS[day.weekday()]}"
    elif kind == "LAST" and day.day == monthrange(day.year, day.month)[1]:
        days = ";BYMONTHDAY=-1"
    else:
        days = f";BYMONTHDAY={day.day}"
    frequency = kind if kind in ("DAILY", "WEEKLY") else "MONTHLY"
    until = day + timedelta(days=draw(st.integers(0, 200)))
    end = draw(st.sampled_from([f"COUNT={draw(st.integers(1, 20))}", f"UNTIL={until:%Y%m%d}"]))
    return f"FREQ={frequency};INTERVAL={interval}{days};{end}"


def _is_on(rule: Rule, first: date, day: date) -> bool:
    """Whether the rule names ``day``: said once more, and slowly."""
    if rule.frequency == "DAILY":
        return (day - first).days % rule.interval == 0
    if rule.frequency == "WEEKLY":
        monday = first - timedelta(days=first.weekday())
        return (day - monday).days // 7 % rule.interval == 0 and day.weekday() in [one.weekday for one in rule.days]
    months = (day.year - first.year) * 12 + day.month - first.month
    last = monthrange(day.year, day.month)[1]
    nth = [((day.day - 1) // 7 + 1), -1 if day.day + 7 > last else None]
    named = any(one.weekday == day.weekday() and one.position in nth for one in rule.days)
    return months % rule.interval == 0 and (
        named or day.day in rule.month_days or (-1 in rule.month_days and day.day == last)
    )


def _slowly(rule: Rule, first: datetime, zone: ZoneInfo) -> list[datetime]:
    found: list[datetime] = []
    day = first.date()
    while day <= first.date() + HORIZON and len(found) < (rule.count or MOST + 1):
        at = instant(datetime.combine(day, first.time()), zone)
        if isinstance(rule.until, datetime) and at > rule.until:
            break
        if _is_on(rule, first.date(), day):
            found.append(at)
        day += timedelta(days=1)
    return found


def _checked(text: str, start_at: datetime, zone: str) -> str:
    try:
        return checked(text, start_at, start_at + _HOUR, zone)
    except BadRule as refused:
        assume(refused.fault not in (Fault.TOO_FAR, Fault.TOO_MANY, Fault.START_APART))
        raise


@given(st.data())
def test_occurrences_are_those_of_a_model_that_looks_at_every_day(data: st.DataObject) -> None:
    local, zone = data.draw(_starts())
    start_at = instant(local, ZoneInfo(zone))
    rule = _checked(data.draw(_texts(local.date())), start_at, zone)

    found = occurrences(start_at, start_at + _HOUR, zone, Series(rrule=rule))

    first = start_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert [one.start_at for one in found] == _slowly(parse(rule, zone), first, ZoneInfo(zone))


@given(st.data())
def test_g06_the_clock_on_the_wall_stays_over_every_change(data: st.DataObject) -> None:
    local, zone = data.draw(_starts())
    start_at = instant(local, ZoneInfo(zone))
    first = start_at.astimezone(ZoneInfo(zone))
    rule = _checked(data.draw(_texts(local.date())), start_at, zone)

    for one in occurrences(start_at, start_at + _HOUR, zone, Series(rrule=rule)):
        shown = one.start_at.astimezone(ZoneInfo(zone))
        was_skipped = shown.replace(tzinfo=None, fold=0) != datetime.combine(shown.date(), first.time())
        assert one.end_at - one.start_at == _HOUR
        if was_skipped:
            wanted = datetime.combine(shown.date(), first.time(), tzinfo=ZoneInfo(zone))
            assert wanted.astimezone(UTC).astimezone(ZoneInfo(zone)) == shown


@given(st.data())
def test_dateutil_and_icalendar_read_the_kept_rule_alike(data: st.DataObject) -> None:
    local, zone = data.draw(_starts())
    start_at = instant(local, ZoneInfo(zone))
    rule = _checked(data.draw(_texts(local.date())), start_at, zone)
    written = vRecur.from_ical(rule).to_ical().decode()

    theirs = rrulestr(written, dtstart=start_at.astimezone(ZoneInfo(zone)))

    ours = occurrences(start_at, start_at + _HOUR, zone, Series(rrule=rule))
    assert [one.start_at for one in ours] == [at.replace(fold=0).astimezone(UTC) for at in theirs]
    assert checked(written, start_at, start_at + _HOUR, zone) == rule


@given(st.data())
def test_days_of_an_all_day_series_are_whole_in_every_zone(data: st.DataObject) -> None:
    local, name = data.draw(_starts())
    zone = ZoneInfo(name)
    day = datetime.combine(local.date(), datetime.min.time())
    start_at, end_at = instant(day, zone), instant(day + timedelta(days=1), zone)
    series = Series(rrule="FREQ=DAILY;COUNT=20")

    found = occurrences(start_at, end_at, name, series, all_day=True)

    days = [day + timedelta(days=step) for step in range(21)]
    assert [one.start_at for one in found] == [instant(at, zone) for at in days[:-1]]
    assert [one.end_at for one in found] == [instant(at, zone) for at in days[1:]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.UNREADABLE),
        ("FREQ=WEEKLY;COUNT=0", Fault.UNREADABLE),
        ("FREQ=WEEKLY;COUNT=5;COUNT=6", Fault.UNREADABLE),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=5", Fault.UNREADABLE),
        ("FREQ=WEEKLY;UNTIL=tomorrow", Fault.UNREADABLE),
        ("FREQ=WEEKLY;UNTIL=99991231T235959Z", Fault.TOO_MANY),
        ("COUNT=5", Fault.UNREADABLE),
        ("FREQ=YEARLY;COUNT=5", Fault.UNSUPPORTED),
        ("FREQ=HOURLY;COUNT=5", Fault.UNSUPPORTED),
        ("FREQ=DAILY;BYDAY=TU;COUNT=5", Fault.UNSUPPORTED),
        ("FREQ=WEEKLY;BYDAY=1TU;COUNT=5", Fault.UNSUPPORTED),
        ("FREQ=MONTHLY;BYDAY=TU;COUNT=5", Fault.UNSUPPORTED),
        ("FREQ=MONTHLY;BYDAY=5TU;COUNT=5", Fault.UNSUPPORTED),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1;COUNT=5", Fault.UNSUPPORTED),
        ("FREQ=WEEKLY;WKST=SU;COUNT=5", Fault.UNSUPPORTED),
        ("FREQ=WEEKLY", Fault.UNBOUNDED),
        ("FREQ=WEEKLY;COUNT=5;UNTIL=20270101", Fault.TWO_ENDS),
        ("FREQ=DAILY;COUNT=61", Fault.TOO_MANY),
        ("FREQ=DAILY;COUNT=1000", Fault.TOO_MANY),
        ("FREQ=DAILY;UNTIL=20280101", Fault.TOO_MANY),
        ("FREQ=MONTHLY;INTERVAL=6;COUNT=20", Fault.TOO_FAR),
        ("FREQ=MONTHLY;INTERVAL=6;UNTIL=20501201", Fault.TOO_FAR),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=5", Fault.START_APART),
        ("FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12;COUNT=2", Fault.START_APART),
        ("FREQ=WEEKLY;UNTIL=20261130", Fault.START_APART),
    ],
)
def test_a_rule_that_cannot_be_had_says_why(text: str, fault: Fault) -> None:
    start_at = datetime(2026, 12, 1, 4, tzinfo=UTC)  # a Tuesday, 13:00 in Tokyo
    with pytest.raises(BadRule) as refused:
        checked(text, start_at, start_at + _HOUR, "Asia/Tokyo")
    assert refused.value.fault is fault


def test_occurrences_that_overlap_each_other_are_refused() -> None:
    start_at = datetime(2026, 12, 1, 4, tzinfo=UTC)
    with pytest.raises(BadRule) as refused:
        checked("FREQ=DAILY;COUNT=3", start_at, start_at + 25 * _HOUR, "Asia/Tokyo")
    assert refused.value.fault is Fault.OVERLAPPING


def test_the_kept_rule_names_its_days_and_ends_in_utc() -> None:
    start_at = datetime(2026, 12, 1, 4, tzinfo=UTC)
    written = [
        checked(text, start_at, start_at + _HOUR, "Asia/Tokyo")
        for text in ("rrule:freq=weekly;until=20261231;wkst=mo", "FREQ=MONTHLY;INTERVAL=1;COUNT=3")
    ]
    assert written == ["FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231T145959Z", "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3"]


def test_sixty_occurrences_can_be_had_whichever_way_they_end() -> None:
    start_at = datetime(2026, 12, 1, 4, tzinfo=UTC)
    for text in ("FREQ=DAILY;COUNT=60", "FREQ=DAILY;UNTIL=20270129", "FREQ=MONTHLY;COUNT=60"):
        rule = checked(text, start_at, start_at + _HOUR, "Asia/Tokyo")
        assert len(occurrences(start_at, start_at + _HOUR, "Asia/Tokyo", Series(rrule=rule))) == MOST


def test_what_was_moved_or_cancelled_takes_the_place_of_what_the_rule_says() -> None:
    start_at = datetime(2026, 12, 1, 4, tzinfo=UTC)
    week = timedelta(days=7)
    moved = Occurrence(
        original_start_at=start_at + week, start_at=start_at + 5 * week, end_at=start_at + 5 * week + _HOUR
    )
    gone = Occurrence(original_start_at=start_at, start_at=start_at, end_at=start_at + _HOUR, canceled=True)
    series = Series(rrule="FREQ=WEEKLY;BYDAY=TU;COUNT=3", changed=(moved, gone))

    found = occurrences(start_at, start_at + _HOUR, "Asia/Tokyo", series)

    assert [one.start_at for one in found] == [start_at + 2 * week, start_at + 5 * week]
    assert len(all_occurrences(start_at, start_at + _HOUR, "Asia/Tokyo", series)) == 3


def test_what_is_no_series_happens_once() -> None:
    start_at = datetime(2026, 12, 1, 4, tzinfo=UTC)
    found = occurrences(start_at, start_at + _HOUR, "Asia/Tokyo", None)
    assert [(one.original_start_at, one.start_at, one.end_at) for one in found] == [
        (start_at, start_at, start_at + _HOUR)
    ]


@pytest.mark.parametrize(
    ("text", "after", "moved"),
    [
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", date(2026, 12, 3), "FREQ=WEEKLY;BYDAY=TH;COUNT=3"),
        ("FREQ=WEEKLY;BYDAY=TU,SU;COUNT=3", date(2026, 12, 2), "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3"),
        ("FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3", date(2026, 12, 9), "FREQ=MONTHLY;BYMONTHDAY=9;COUNT=3"),
        ("FREQ=MONTHLY;BYDAY=1TU;COUNT=3", date(2026, 12, 10), "FREQ=MONTHLY;BYDAY=2TH;COUNT=3"),
        ("FREQ=MONTHLY;BYDAY=1TU;COUNT=3", date(2026, 12, 30), "FREQ=MONTHLY;BYDAY=-1WE;COUNT=3"),
        ("FREQ=DAILY;COUNT=3", date(2026, 12, 3), "FREQ=DAILY;COUNT=3"),
    ],
)
def test_days_of_a_rule_move_with_its_start(text: str, after: date, moved: str) -> None:
    assert str(parse(text, "Asia/Tokyo").moved(date(2026, 12, 1), after)) == moved

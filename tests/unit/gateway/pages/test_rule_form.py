"""A rule in the form that edits it (E6): what was not touched comes back as it was, what was is the new rule."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.gateway.pages.rule_form import rule_fields, rule_typed
from shared.contracts.booking import Series
from shared.recurrence import all_occurrences
from tests.unit.gateway.pages.test_occurrence_rows import an_appointment

TOKYO = ZoneInfo("Asia/Tokyo")
FIRST = datetime(2027, 1, 12, 0, 30, tzinfo=TOKYO)
"""A Tuesday, on which it is Monday in UTC."""
RULES = (
    "FREQ=WEEKLY;BYDAY=TU;COUNT=4",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR;COUNT=10",
    "FREQ=DAILY;INTERVAL=3;COUNT=5",
    "FREQ=MONTHLY;BYMONTHDAY=12;COUNT=6",
    "FREQ=MONTHLY;BYDAY=2TU;COUNT=6",
    "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270225T150000Z",
)


def series(rrule: str) -> list[datetime]:
    """When it takes place."""
    every = all_occurrences(FIRST, FIRST + timedelta(hours=1), "Asia/Tokyo", Series(rrule=rrule))
    return [one.start_at for one in every]


@pytest.mark.parametrize("rrule", RULES)
def test_e6_what_was_left_alone_is_the_same_rule(rrule: str) -> None:
    of = an_appointment(rrule=rrule, start=FIRST, end=FIRST + timedelta(hours=1))
    assert series(rule_typed(rule_fields(of), of)) == series(rrule)


@pytest.mark.parametrize("rrule", RULES[:5])
def test_e6_another_count_keeps_the_days(rrule: str) -> None:
    of = an_appointment(rrule=rrule, start=FIRST, end=FIRST + timedelta(hours=1))
    shorter = rule_typed({**rule_fields(of), "count": "3"}, of)
    assert series(shorter) == series(rrule)[:3]


def test_e6_another_frequency_forgets_the_days_of_the_old_one() -> None:
    of = an_appointment(rrule=RULES[4], start=FIRST, end=FIRST + timedelta(hours=1))
    weekly = rule_typed({**rule_fields(of), "freq": "WEEKLY"}, of)
    assert weekly == "FREQ=WEEKLY;BYDAY=TU;COUNT=6"
    with pytest.raises(ValueError, match="until"):
        rule_typed({**rule_fields(of), "ends": "until", "until": "x"}, of)


def test_e6_an_end_by_day_is_the_last_day_in_the_organizations_zone() -> None:
    of = an_appointment(rrule=RULES[5], start=FIRST, end=FIRST + timedelta(hours=1))
    fields = rule_fields(of)
    assert (fields["ends"], fields["until"], fields["count"]) == ("until", "2027-02-23", "7")
    assert rule_fields(an_appointment(rrule=None)) == {}

"""The seed's calendar entries lie where the documentation says, whatever the day of the start."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.demo.accounts import LOGINS, Account, more_staff
from deploy.demo.busy_entries import busy_entries


@pytest.mark.parametrize("account", LOGINS, ids=lambda account: account.email)
@pytest.mark.parametrize("day", range(7))
def test_entries_lie_within_the_next_seven_days_on_working_days(account: Account, day: int) -> None:
    now = datetime(2026, 11, 20, 14, 59, tzinfo=UTC) + timedelta(days=day)
    entries = busy_entries(account, now)
    starts = [datetime.fromisoformat(str(entry["start"])) for entry in entries]
    assert len(entries) == 4
    assert all(now < start < now + timedelta(days=7) for start in starts)
    assert all(start.weekday() < 5 and 9 <= start.hour < 18 for start in starts)


def test_more_staff_are_divided_between_both_providers() -> None:
    staff = more_staff(50)
    assert len({account.email for account in staff}) == 50
    assert [account.calendar for account in staff].count("google") == 25

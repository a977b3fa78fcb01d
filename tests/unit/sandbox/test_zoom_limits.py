"""Zoom's budgets by second and by day."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.zoom.errors import ZoomRefused
from deploy.sandbox.zoom.limits import Limits, Weight

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def _account(email: str, *, plan: int = 2, organization: str = "") -> Account:
    return Account(provider=Provider.ZOOM, email=email, plan=plan, organization=organization)


def _taken(limits: Limits, account: Account, wanted: int, at: datetime = NOON) -> int:
    taken = 0
    for _ in range(wanted):
        try:
            limits.take(account, Weight.LIGHT, at)
            taken += 1
        except ZoomRefused:
            pass
    return taken


@pytest.mark.parametrize(("plan", "organization", "allowed"), [(1, "", 4), (2, "", 30), (2, "sample", 80)])
def test_a_second_holds_as_much_as_the_plan(plan: int, organization: str, allowed: int) -> None:
    account = _account("a@example.jp", plan=plan, organization=organization)
    limits = Limits()

    assert _taken(limits, account, 100) == allowed
    assert _taken(limits, account, 1, NOON + timedelta(seconds=1)) == 1


def test_an_organization_shares_its_second() -> None:
    limits = Limits()
    first, second = (_account(f"{name}@example.jp", organization="sample") for name in "ab")

    assert _taken(limits, first, 80) + _taken(limits, second, 80) == 80


def test_a_host_has_a_hundred_a_day_until_midnight_utc() -> None:
    limits = Limits()
    for _ in range(100):
        limits.take_of_day("host", NOON)
    with pytest.raises(ZoomRefused, match="GMT 00:00:00"):
        limits.take_of_day("host", NOON.replace(hour=23, minute=59))
    limits.take_of_day("other", NOON)
    limits.take_of_day("host", NOON.replace(day=2, hour=0))

    assert limits.used_today("host", NOON.replace(day=2)) == 1

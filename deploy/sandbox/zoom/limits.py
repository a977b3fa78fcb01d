"""Zoom's limits: per second and account by the weight of the call, and 100 creates and updates per host and UTC day."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from deploy.sandbox.accounts import Account
from deploy.sandbox.zoom.errors import DAILY_LIMIT, daily_limit_reached, second_limit_reached


class Weight(StrEnum):
    LIGHT = "Light"
    MEDIUM = "Medium"


@dataclass(frozen=True)
class _Plan:
    light: int
    medium: int

    def per_second(self, weight: Weight) -> int:
        return self.light if weight is Weight.LIGHT else self.medium


_FREE, _PRO, _BUSINESS = _Plan(4, 2), _Plan(30, 20), _Plan(80, 60)
_DAILY_TOTAL = 6000


def _plan_of(caller: Account | None) -> _Plan:
    """An app acting for a whole organization, or a member of one, has Business; others their own plan."""
    if caller is None or caller.organization:
        return _BUSINESS
    return _FREE if caller.plan == 1 else _PRO


@dataclass
class Limits:
    """What was asked already, in the running second and day. Time is the sandbox's."""

    _second: int = 0
    _in_second: dict[tuple[str, Weight], int] = field(default_factory=dict)
    _day: date | None = None
    _of_day: dict[str, int] = field(default_factory=dict)

    def take(self, caller: Account | None, weight: Weight, at: datetime, account_id: str = "") -> dict[str, str]:
        """Count one call; the headers for its answer. Raises the per-second 429."""
        second = int(at.timestamp())
        if second != self._second:
            self._second, self._in_second = second, {}
        payer = (caller.organization or caller.id) if caller else account_id
        allowed = _plan_of(caller).per_second(weight)
        used = self._in_second.get((payer, weight), 0)
        headers = {"X-RateLimit-Category": weight.value, "X-RateLimit-Type": "QPS", "X-RateLimit-Limit": str(allowed)}
        if used >= allowed:
            reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(second + 1)}
            raise second_limit_reached(headers | reset)
        self._in_second[payer, weight] = used + 1
        return headers | {"X-RateLimit-Remaining": str(allowed - used - 1)}

    def take_of_day(self, host_id: str, at: datetime) -> None:
        """Count one create or update against its host. Raises the daily 429, with the headers seen in practice."""
        self._start_day(at)
        used = self._of_day.get(host_id, 0)
        if used >= DAILY_LIMIT:
            left = _DAILY_TOTAL - used
            raise daily_limit_reached(
                {
                    "X-RateLimit-Category": Weight.LIGHT.value,
                    "X-RateLimit-Limit": str(_DAILY_TOTAL),
                    "X-RateLimit-Remaining": str(left),
                }
            )
        self._of_day[host_id] = used + 1

    def used_today(self, host_id: str, at: datetime) -> int:
        self._start_day(at)
        return self._of_day.get(host_id, 0)

    def set_used(self, host_id: str, used: int, at: datetime) -> None:
        """As if this host had had so many creates and updates today."""
        self._start_day(at)
        self._of_day[host_id] = used

    def _start_day(self, at: datetime) -> None:
        if at.date() != self._day:
            self._day, self._of_day = at.date(), {}

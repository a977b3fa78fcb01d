"""Nothing goes to Zoom beyond its limits: the turn within the second for every call, and a Zoom user's day for those
that are counted, before each single request, so that retries count (C4, G20).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

import structlog

from services.zoom_issuer.limits import DailyLimit, day_of, goes_on_at
from services.zoom_issuer.providers import DayIsSpent
from services.zoom_issuer.store.budgets import Budgets, Day
from shared import clock
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.people import Account
from shared.contracts.zoom_issuer import ZoomBudgetExhausted
from shared.messaging.relay import Relay
from shared.observability import metrics
from shared.providers import ProviderThrottled

log = structlog.get_logger(__name__)
T = TypeVar("T")
AccountName = Callable[[str, str], Awaitable[str]]
"""The address of a Zoom user, by connection and id."""
_PATIENCE = timedelta(seconds=3)
"""A turn further away is not waited for while the row is held."""


class NoTurn(ProviderThrottled):
    """The account's requests of the next seconds are given away."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("no turn", retry_after=wait)


class BudgetSpent(ProviderThrottled):
    """Nothing may be asked for this meeting before ``until``; whoever waits goes on after ``retry_after``."""

    def __init__(self, reason: str, *, until: datetime, retry_after: timedelta) -> None:
        self.until = until
        super().__init__(reason, retry_after=retry_after)


@dataclass(frozen=True)
class Counted:
    """For which meeting a request is, and the Zoom user against whom it is counted, reached by a connection."""

    organization_id: str
    appointment_id: str
    start_at: datetime
    user_id: str = ""
    connection_id: str = ""


class KeepLimits:
    """``per_second`` is how many requests an account may make, ``per_second_basic`` one of a Basic plan."""

    def __init__(
        self,
        budgets: Budgets,
        account_name: AccountName,
        relay: Relay,
        daily: DailyLimit,
        *,
        per_second: int,
        per_second_basic: int,
    ) -> None:
        self._budgets = budgets
        self._account_name = account_name
        self._relay = relay
        self._daily = daily
        self._gap = {basic: timedelta(seconds=1) / n for basic, n in ((False, per_second), (True, per_second_basic))}

    async def ask(
        self, account: str, call: Callable[[], Awaitable[T]], *, basic: bool = False, counts: Counted | None = None
    ) -> T:
        """Make one request in the account's turn. Raises ``NoTurn``, and ``BudgetSpent`` where it ``counts``."""
        if counts is not None:
            await self._check(counts)
        await self._turn(account, basic)
        return await (call() if counts is None else self._counted(counts, call))

    async def _check(self, what: Counted) -> None:
        """Who is refused anyway takes nobody's turn."""
        now = clock.now()
        day = await self._budgets.day(what.user_id, now)
        if day.left(self._daily.allowed(what.start_at, now), now) < 1:
            raise await self._spent(what, day, now, "budget")

    async def _turn(self, account: str, basic: bool) -> None:
        turn = await self._budgets.take_turn(account, self._gap[basic], _PATIENCE)
        if not turn.granted:
            raise NoTurn(turn.wait)
        if turn.wait > timedelta(0):
            await asyncio.sleep(turn.wait.total_seconds())

    async def _counted(self, what: Counted, call: Callable[[], Awaitable[T]]) -> T:
        """Zoom's own word is believed over our count."""
        now = clock.now()
        if not await self._budgets.take(what.user_id, now, self._daily.allowed(what.start_at, now)):
            raise await self._spent(what, await self._budgets.day(what.user_id, now), now, "budget")
        try:
            return await call()
        except DayIsSpent as error:
            now = clock.now()
            await self._budgets.close(what.user_id, now, error.until)
            raise await self._spent(what, await self._budgets.day(what.user_id, now), now, error.reason) from error

    async def left(self, user_ids: Sequence[str]) -> dict[str, int]:
        """How many requests of today each Zoom user has left."""
        now = clock.now()
        days = await self._budgets.days(user_ids, now)
        return {user_id: day.left(self._daily.most, now) for user_id, day in days.items()}

    async def rest_of(self, user_id: str) -> tuple[int, datetime]:
        """How many requests of today this Zoom user has left, and when there are more again."""
        now = clock.now()
        day = await self._budgets.day(user_id, now)
        return day.left(self._daily.most, now), day.free_at(now)

    async def measure(self) -> None:
        """Of how many Zoom users how much is left, naming nobody."""
        now = clock.now()
        metrics.record_zoom_budgets([day.left(self._daily.most, now) for day in await self._budgets.all_of_today(now)])

    async def _spent(self, what: Counted, day: Day, now: datetime, reason: str) -> BudgetSpent:
        await self._say(what, day, now)
        until = day.free_at(now)
        goes_on = goes_on_at(until, what.start_at, what.appointment_id)
        return BudgetSpent(reason, until=until, retry_after=goes_on - now)

    async def _say(self, what: Counted, day: Day, now: datetime) -> None:
        """Once for later meetings where the reserve is left, and once for all (C4)."""
        reserved = day.left(self._daily.most, now) > 0
        grade = 1 if reserved else 2
        name = await self._account_name(what.connection_id, what.user_id)

        def event() -> CloudEvent[ZoomBudgetExhausted]:
            data = ZoomBudgetExhausted(
                zoom_user_id=what.user_id,
                account=Account(email=name),
                day=day_of(now),
                resets_at=day.free_at(now),
                same_day_left=reserved,
            )
            version = date.fromisoformat(data.day).toordinal() * 2 + grade
            return envelope(
                data,
                subject=what.user_id,
                organization_id=what.organization_id,
                version=version,
                cause=Cause.outside(),
            )

        said = await self._budgets.say(what.user_id, now, grade, event)
        if said is not None:
            log.warning("budget.exhausted", day=day_of(now), same_day_left=reserved)
            self._relay.publish_soon(self._budgets.rows, *said)

"""What was asked of Zoom: requests per Zoom user and UTC day (C4), and the turns of each account within the seconds.

Both are single conditional writes, so that any number of workers share them and a crash forgets none (G20).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.zoom_issuer.limits import day_of, next_reset
from shared.contracts.envelope import CloudEvent
from shared.messaging import outbox
from shared.mongo import AFTER, ASCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel

_KEPT = timedelta(days=3)
_ON_THE_WAY = timedelta(seconds=10)


@dataclass(frozen=True)
class Day:
    """One Zoom user's day. ``closed_until`` is what Zoom itself said, which is believed over our count."""

    used: int
    closed_until: datetime | None
    resets_at: datetime

    def is_closed(self, now: datetime) -> bool:
        return self.closed_until is not None and self.closed_until > now

    def free_at(self, now: datetime) -> datetime:
        """When there are requests again for who is refused now."""
        return self.closed_until if self.closed_until is not None and self.closed_until > now else self.resets_at

    def left(self, most: int, now: datetime) -> int:
        return 0 if self.is_closed(now) else max(0, most - self.used)


@dataclass(frozen=True)
class Turn:
    """``granted`` after ``wait``; else nothing was taken, and a turn is free after ``wait`` at the earliest."""

    granted: bool
    wait: timedelta


class Budgets:
    """``budgets``: one document per Zoom user and day. ``turns``: one per account."""

    def __init__(self, database: Database) -> None:
        self.rows: Collection = database["budgets"]
        self.turns: Collection = database["turns"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rows: [
                outbox.INDEX,
                IndexModel([("day", ASCENDING)], name="day"),
                IndexModel([("kept_until", ASCENDING)], name="kept", expireAfterSeconds=0),
            ],
            self.turns: [],
        }

    async def take(self, user_id: str, now: datetime, allowed: int) -> bool:
        """Count one request before it goes out; false, and nothing is counted, where it would be more than allowed.
        Just before the reset it counts for the next day too, since nobody knows when Zoom gets it.
        """
        taken = await self._count(user_id, now, allowed)
        reset = next_reset(now)
        if taken and reset - now < _ON_THE_WAY:
            change = {"$inc": {"used": 1}, "$setOnInsert": _fresh(user_id, reset)}
            await self.rows.update_one({"_id": _key(user_id, reset)}, change, upsert=True)
        return taken

    async def _count(self, user_id: str, now: datetime, allowed: int) -> bool:
        if allowed < 1:
            return False
        free = {"_id": _key(user_id, now), "used": {"$lt": allowed}, "closed_until": {"$not": {"$gt": now}}}
        change = {"$inc": {"used": 1}, "$setOnInsert": _fresh(user_id, now)}
        try:
            return await self.rows.find_one_and_update(free, change, upsert=True, return_document=AFTER) is not None
        except DuplicateKeyError:  # the day's row is there: used up, or made by somebody else just now
            return await self.rows.find_one_and_update(free, {"$inc": {"used": 1}}) is not None

    async def close(self, user_id: str, now: datetime, until: datetime) -> None:
        """Zoom says that there is nothing more before ``until``."""
        day = now
        while day < until:
            change = {"$max": {"closed_until": until}, "$setOnInsert": {"used": 0, **_fresh(user_id, day)}}
            await self.rows.update_one({"_id": _key(user_id, day)}, change, upsert=True)
            day = next_reset(day)

    async def day(self, user_id: str, now: datetime) -> Day:
        return _day(await self.rows.find_one({"_id": _key(user_id, now)}), now)

    async def days(self, user_ids: Sequence[str], now: datetime) -> dict[str, Day]:
        """Today's, by Zoom user."""
        keys = {_key(user_id, now): user_id for user_id in user_ids}
        rows = await self.rows.find({"_id": {"$in": list(keys)}}).to_list(None)
        known = {keys[row["_id"]]: row for row in rows}
        return {user_id: _day(known.get(user_id), now) for user_id in user_ids}

    async def all_of_today(self, now: datetime) -> list[Day]:
        """Of every Zoom user of whom something was asked today."""
        rows = await self.rows.find({"day": day_of(now)}, {"used": 1, "closed_until": 1}).to_list(None)
        return [_day(row, now) for row in rows]

    async def say(
        self, user_id: str, now: datetime, grade: int, event_of: Callable[[], CloudEvent[Any]]
    ) -> tuple[str, list[outbox.Entry]] | None:
        """Tell once a day that the budget is used up to this ``grade``; None where it was said already."""
        waiting = outbox.entries([event_of()])
        change = {"$set": {"said": grade}, "$push": outbox.push(waiting)}
        key = _key(user_id, now)
        result = await self.rows.update_one({"_id": key, "said": {"$not": {"$gte": grade}}}, change)
        return (key, waiting) if result.modified_count else None

    async def take_turn(self, account: str, gap: timedelta, patience: timedelta) -> Turn:
        """Requests of an account are at least ``gap`` apart, by the database's clock; a turn that would be further away
        than ``patience`` is not taken.
        """
        gap_ms, patience_ms = gap / timedelta(milliseconds=1), patience / timedelta(milliseconds=1)
        change: list[dict[str, Any]] = [
            {"$set": {"now": "$$NOW", "next_at": {"$max": ["$$NOW", {"$add": ["$turn_at", gap_ms]}]}}},
            {"$set": {"granted": {"$lte": ["$next_at", {"$add": ["$$NOW", patience_ms]}]}}},
            {"$set": {"turn_at": {"$cond": ["$granted", "$next_at", "$turn_at"]}}},
        ]
        for last in (False, True):
            try:
                row = await self.turns.find_one_and_update({"_id": account}, change, upsert=True, return_document=AFTER)
                break
            except DuplicateKeyError:
                if last:
                    raise
        assert row is not None
        return Turn(bool(row["granted"]), row["next_at"] - row["now"])


def _key(user_id: str, at: datetime) -> str:
    return f"{user_id}/{day_of(at)}"


def _fresh(user_id: str, at: datetime) -> Document:
    return {"user_id": user_id, "day": day_of(at), "kept_until": next_reset(at) + _KEPT}


def _day(row: Document | None, now: datetime) -> Day:
    row = row or {}
    return Day(used=row.get("used", 0), closed_until=row.get("closed_until"), resets_at=next_reset(now))

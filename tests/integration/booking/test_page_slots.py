"""G5 over HTTP: with random rules, calendars and bookings a time is listed exactly when booking it succeeds."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.booking.model.spans import Span
from shared import clock
from tests.integration.booking.page_requests import ADMIN, DAYS, a_host, a_page, book, slots_of
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo

MINUTE = timedelta(minutes=1)
ZONES = ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")


def random_hours(dice: random.Random) -> dict[str, Any]:
    hours = {}
    for day in dice.sample(DAYS, dice.randint(3, 7)):
        start, end = sorted(dice.sample(range(0, 24 * 60 + 1, 15), 2))
        hours[day] = [{"start": f"{start // 60:02}:{start % 60:02}", "end": f"{end // 60:02}:{end % 60:02}"}]
    return hours


def random_page(dice: random.Random) -> dict[str, Any]:
    hosts = [a_host(staff_id, time_zone=dice.choice(ZONES), hours=random_hours(dice)) for staff_id in (TARO, HANAKO)]
    return {
        "hosts": hosts[: dice.randint(1, 2)],
        "assignment": dice.choice(["all", "round_robin"]),
        "time_zone": dice.choice(ZONES),
        "durations": [dice.choice([15, 30, 50, 90])],
        "step": dice.choice([15, 30, 60]),
        "buffer_before": dice.choice([0, 10, 30]),
        "buffer_after": dice.choice([0, 15]),
        "minimum_notice": dice.choice([0, 24 * 60]),
        "daily_limit": dice.choice([None, 1, 2]),
        "weekly_limit": dice.choice([None, 3]),
        "holidays_off": dice.choice([True, False]),
    }


@pytest.mark.parametrize("seed", range(12))
async def test_g05_a_time_is_listed_exactly_when_booking_it_succeeds(world: World, seed: int) -> None:
    dice = random.Random(seed)
    for staff_id in (TARO, HANAKO):
        starts = [in_tokyo(dice.randint(1, 6), dice.randint(0, 23)) for _ in range(6)]
        await world.busy(staff_id, *(Span(start, start + dice.randint(1, 6) * 25 * MINUTE) for start in starts))
    await world.propose(slots=[a_slot_at(3, 10), a_slot_at(4, 15)], allow_overlap=True)
    page = await a_page(world, **random_page(dice))
    window = {"from": in_tokyo(0, 0).isoformat(), "to": in_tokyo(8, 0).isoformat()}
    for _ in range(5):
        listed = {datetime.fromisoformat(slot["start"]) for slot in await slots_of(world, page, **window)}
        step = timedelta(minutes=page["step"])
        possible = sorted({*listed, *(in_tokyo(1, 0) + n * step for n in range(int(timedelta(days=6) / step)))})
        for start in dice.sample(sorted(set(possible) - listed), 6):
            refused = await book(world, page, start.astimezone(UTC).isoformat())
            assert refused.status_code in (409, 422), (start, refused.text)
        if not listed:
            break
        start = dice.choice(sorted(listed))
        made = await book(world, page, start.isoformat())
        assert made.status_code == 201, (start, made.text)


async def test_h2_a_limit_that_is_set_later_counts_who_is_there(world: World) -> None:
    page = await a_page(world)
    for hour in (10, 11):
        assert (await book(world, page, in_tokyo(2, hour).isoformat())).status_code == 201
    await world.call("PATCH", f"/pages/{page['id']}", {"daily_limit": 2, "weekly_limit": 5}, **ADMIN)
    refused = await book(world, page, in_tokyo(2, 12).isoformat())
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    guards = world.stores.guards.guards
    rows = await guards.find({"_id": {"$regex": "/page:"}}).to_list(None)
    assert sorted(len(row["owners"]) for row in rows) == [2, 2]


async def test_h2_fifty_at_a_full_day_fill_it_exactly(world: World, second_world: World) -> None:
    page = await a_page(world, daily_limit=3, durations=[15], step=15, time_zone="Asia/Tokyo")
    starts = [(in_tokyo(2, 8) + n * 15 * MINUTE).isoformat() for n in range(30)]
    worlds = (world, second_world)
    answers = await asyncio.gather(*(book(worlds[n % 2], page, start) for n, start in enumerate(starts)))
    assert [answer.status_code for answer in answers].count(201) == 3
    assert clock.now() < in_tokyo(2, 8)

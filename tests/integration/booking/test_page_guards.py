"""Buffers and limits of pages on a real mongod: the guard decides, however many come at once (G1, H2)."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from services.booking.model.cells import cell_of, cell_start, touched
from services.booking.model.claims import Claim, ClaimKind
from services.booking.model.places import Place, places
from services.booking.model.spans import Span
from services.booking.store.guard_writes import Guarded
from services.booking.store.guards import Guards, TimeTaken
from services.booking.store.taken import TakenTimes
from shared import mongo
from shared.mongo import Client, Database, Session

NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)
NINE_IN_TOKYO = datetime(2026, 12, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HALF = 30 * MINUTE


class Book:
    """Takes and releases, each in a transaction of its own."""

    def __init__(self, client: Client, guards: Guards) -> None:
        self._client = client
        self.guards = guards

    async def take(self, *wanted: Guarded, over_held: bool = False) -> str:
        return await self.move((), wanted, over_held=over_held)

    async def move(self, release: Sequence[Guarded], take: Sequence[Guarded], *, over_held: bool = False) -> str:
        async def work(session: Session) -> None:
            await self.guards.move(session, "org", release=release, take=take, over_held=over_held)

        try:
            await mongo.in_transaction(self._client, work)
        except TimeTaken as error:
            return type(error).__name__
        return "taken"

    async def race(self, *wanted: Sequence[Guarded]) -> Counter[str]:
        return Counter(await asyncio.gather(*(self.take(*each) for each in wanted)))

    async def standing(self) -> list[Claim]:
        window = Span(NOON - timedelta(days=2), NOON + timedelta(days=3))
        return sorted((await self.guards.of_staff("org", ["a"], window))["a"], key=lambda claim: claim.span.start_at)


@pytest.fixture
async def book(database: Database) -> Book:
    guards = Guards(database)
    for collection, indexes in guards.indexes.items():
        await mongo.ensure_indexes(collection, indexes)
    return Book(database.client, guards)


def a_claim(owner: str, start_at: datetime, *, buffer: timedelta | None = None, kind: str = "confirmed") -> Claim:
    span = Span(start_at, start_at + HALF)
    reach = Span(span.start_at - buffer, span.end_at + buffer) if buffer is not None else None
    return Claim("staff:a", ClaimKind(kind), owner, "", span, reach)


def a_place(owner: str, start_at: datetime, *, day: int | None = None, week: int | None = None) -> list[Place]:
    return list(places("pag_1", owner, start_at, "Asia/Tokyo", daily_limit=day, weekly_limit=week))


@pytest.mark.parametrize("middle", [NOON, NINE_IN_TOKYO], ids=["noon", "across_utc_midnight"])
async def test_g01_of_fifty_that_reach_into_one_another_one_is_taken(book: Book, middle: datetime) -> None:
    """Two half hours side by side, each with buffers: neither overlaps, both are in each other's way."""
    starts = [middle - HALF, middle]
    result = await book.race(*([a_claim(str(n), starts[n % 2], buffer=10 * MINUTE)] for n in range(50)))
    assert result == {"taken": 1, "TimeTaken": 49}
    assert len(await book.standing()) == 1


async def test_g01_fifty_at_fifty_times_of_one_day_are_all_taken(book: Book) -> None:
    """Nobody is refused because the guard of a day was made by another at the same moment."""
    wanted = [[a_claim(str(n), NOON - 24 * HALF + n * HALF, buffer=timedelta(0))] for n in range(50)]
    assert await book.race(*wanted) == {"taken": 50}


async def test_h02_a_buffer_refuses_what_stands_within_it_and_nothing_beyond(book: Book) -> None:
    assert await book.take(a_claim("first", NOON)) == "taken"
    assert await book.take(a_claim("near", NOON + HALF + 5 * MINUTE, buffer=10 * MINUTE)) == "TimeTaken"
    assert await book.take(a_claim("before", NOON - HALF, buffer=5 * MINUTE)) == "TimeTaken"
    assert await book.take(a_claim("far", NOON + HALF + 10 * MINUTE, buffer=10 * MINUTE)) == "taken"


async def test_h02_a_buffer_is_not_owned(book: Book) -> None:
    """What staff put there by hand, or offered before, comes after all; what stood there first keeps the page away."""
    assert await book.take(a_claim("page", NOON, buffer=HALF)) == "taken"
    assert await book.take(a_claim("proposal", NOON + HALF)) == "taken"
    assert [claim.owner for claim in await book.standing()] == ["page", "proposal"]


async def test_h02_a_buffer_across_utc_midnight_sees_the_day_beyond(book: Book) -> None:
    assert await book.take(a_claim("before", NINE_IN_TOKYO - HALF)) == "taken"
    assert await book.take(a_claim("page", NINE_IN_TOKYO, buffer=5 * MINUTE)) == "TimeTaken"
    assert await book.take(a_claim("page", NINE_IN_TOKYO, buffer=timedelta(0))) == "taken"


async def test_g01_a_meeting_beside_the_midnight_and_a_buffer_over_it_conflict(book: Book) -> None:
    """One has no buffer, the other reaches into its day. Whoever is second sees the first: the page is refused where
    it was second, and both stand where the page was first.
    """
    for number in range(20):
        day = timedelta(days=number)
        plain = a_claim(f"plain{number}", NINE_IN_TOKYO + day)
        page = a_claim(f"page{number}", NINE_IN_TOKYO - HALF + day, buffer=10 * MINUTE)
        got = dict(zip(("plain", "page"), await asyncio.gather(book.take(plain), book.take(page)), strict=True))
        assert got["plain"] == "taken"
        assert got["page"] in {"taken", "TimeTaken"}
        again = a_claim(f"again{number}", NINE_IN_TOKYO - HALF + day, buffer=10 * MINUTE)
        assert await book.take(again) == "TimeTaken"


async def test_g02_a_held_claim_stands_in_a_buffers_way_until_it_is_released(book: Book) -> None:
    held = a_claim("prp", NOON, kind="held")
    assert await book.take(held) == "taken"
    near = a_claim("page", NOON + HALF, buffer=5 * MINUTE)
    assert await book.take(near) == "TimeTaken"
    assert await book.move([held], []) == "taken"
    assert await book.take(near) == "taken"


async def test_g08_what_was_released_can_be_taken_again_and_ones_own_buffer_is_no_obstacle(book: Book) -> None:
    first = a_claim("apt", NINE_IN_TOKYO, buffer=HALF)
    assert await book.take(first) == "taken"
    moved = a_claim("apt", NINE_IN_TOKYO + HALF, buffer=HALF)
    assert await book.move([first], [moved]) == "taken"
    assert await book.move([moved], []) == "taken"
    assert await book.standing() == []
    assert await book.take(a_claim("other", NINE_IN_TOKYO, buffer=HALF)) == "taken"


@pytest.mark.parametrize(("day", "week", "taken"), [(3, None, 3), (None, 4, 4), (3, 2, 2)])
async def test_h02_of_fifty_at_a_page_with_a_limit_exactly_as_many_are_taken(
    book: Book, day: int | None, week: int | None, taken: int
) -> None:
    """From 9:30 in Tokyo on, the same day in UTC: each has a time, and hosts, of its own."""
    wanted = [
        [
            Claim(f"staff:{n}", ClaimKind.CONFIRMED, str(n), "", Span(at, at + HALF)),
            *a_place(str(n), at, day=day, week=week),
        ]
        for n in range(50)
        for at in [NINE_IN_TOKYO + HALF + n * 5 * MINUTE]
    ]
    assert await book.race(*wanted) == {"taken": taken, "LimitReached": 50 - taken}


async def test_h02_a_limit_counts_the_days_of_the_pages_zone(book: Book) -> None:
    """8:30 and 9:30 in Tokyo are one day there and two in UTC; 23:30 and 0:30 are two days and one."""
    early, late = NINE_IN_TOKYO - HALF, NINE_IN_TOKYO + HALF
    assert await book.take(*a_place("1", early, day=1)) == "taken"
    assert await book.take(*a_place("2", late, day=1)) == "LimitReached"
    assert await book.take(*a_place("3", NINE_IN_TOKYO - timedelta(hours=9, minutes=30), day=1)) == "taken"
    assert await book.take(*a_place("4", NINE_IN_TOKYO + timedelta(hours=15, minutes=30), day=1)) == "taken"


async def test_h02_a_place_is_free_again_after_a_cancellation_and_follows_a_move(book: Book) -> None:
    mine, tomorrow = a_place("1", NOON, day=1, week=1), a_place("1", NOON + timedelta(days=1), day=1, week=1)
    assert await book.take(*mine) == "taken"
    assert await book.move(sorted_difference(mine, tomorrow), sorted_difference(tomorrow, mine)) == "taken"
    assert await book.take(*a_place("2", NOON, day=1)) == "taken"
    assert await book.take(*a_place("3", NOON, day=5, week=1)) == "LimitReached"
    assert await book.move(tomorrow, []) == "taken"
    assert await book.take(*a_place("3", NOON + timedelta(days=1), day=1, week=1)) == "taken"


def sorted_difference(some: list[Place], others: list[Place]) -> list[Place]:
    return [place for place in some if place not in others]


async def test_h02_who_was_there_before_the_limit_counts(book: Book) -> None:
    assert await book.take(*a_place("1", NOON)) == "taken"
    assert await book.take(*a_place("2", NOON, day=1)) == "taken"
    for _ in range(2):
        await book.guards.count("org", a_place("1", NOON))
    assert await book.take(*a_place("3", NOON, day=2)) == "LimitReached"
    assert await book.take(*a_place("3", NOON, day=3)) == "taken"


async def test_a_claim_without_a_reach_writes_its_own_days_alone(book: Book) -> None:
    assert await book.take(a_claim("proposal", NINE_IN_TOKYO)) == "taken"
    assert [row["_id"] async for row in book.guards.guards.find({})] == ["org/staff:a/2026-12-02"]


async def test_g05_what_is_taken_is_what_stands_now_whatever_was_read_before(book: Book) -> None:
    taken = TakenTimes(book.guards.guards)
    first, last = cell_of(NOON - timedelta(days=2)), cell_of(NOON + timedelta(days=3))
    midnight, noon = a_claim("1", NINE_IN_TOKYO - 10 * MINUTE), a_claim("2", NOON + 2 * MINUTE, kind="held")
    for release, take in (
        ([], [midnight, noon]),
        ([], [a_claim("3", NOON - 3 * HALF)]),
        ([midnight], [a_claim("1", NOON + 3 * HALF)]),
        ([noon], []),
    ):
        assert await book.move(release, take) == "taken"
        for but in (None, "1", None):
            stand = touched([claim.span for claim in await book.standing() if claim.owner != but], first, last)
            window = Span(cell_start(first), cell_start(last))
            found = await taken.within("org", ["staff:a", "staff:b"], window, but=but)
            assert found["staff:a"].between(first, last) == stand
            assert not found["staff:b"].cells

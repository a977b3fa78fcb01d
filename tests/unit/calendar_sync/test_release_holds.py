"""Holds that go at the same time (R26): one write, one event with the calls of all."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from services.calendar_sync.model.ledger import Row, RowKind
from services.calendar_sync.model.plan import hold_row_id
from services.calendar_sync.model.strays import Stray
from services.calendar_sync.store.ledger import Ledger
from services.calendar_sync.store.releases import Releases
from services.calendar_sync.usecases import release_holds
from services.calendar_sync.usecases.release_holds import ReleaseHolds
from shared import clock
from shared.contracts.envelope import Cause, CloudEvent
from shared.contracts.provider_calls import MOST, ProviderCall
from shared.due import Lease
from shared.observability.calls import calls_noted
from tests.builders import ORGANIZATION, tomorrow_at

CAUSE = Cause("evt_1", "req_1")
Told = tuple[list[str], list[str]]


def a_hold(slot_id: str, staff_id: str = "stf_1", **changes: Any) -> Row:
    values: dict[str, Any] = {
        "row_id": hold_row_id(slot_id, staff_id),
        "organization_id": ORGANIZATION,
        "kind": RowKind.HOLD,
        "about": "prp_1",
        "staff_id": staff_id,
        "slot_id": slot_id,
        "provider": None,
        "present": False,
        "participants": (),
        "after": (),
        "revision": 2,
        "wanted_version": 1,
        "generation": 0,
        "written": None,
        "attempted": None,
        "tries": 0,
        "cause": CAUSE,
        "traceparent": None,
        "ends_at": tomorrow_at(5),
        "caused_at": clock.now(),
    }
    return Row(**{**values, **changes})


class Written:
    """In the place of both stores; where ``one_is_lost`` nothing is written together."""

    def __init__(self, *, one_is_lost: bool = False) -> None:
        self.one_is_lost = one_is_lost
        self.told: list[Told] = []
        self.together: list[int] = []

    async def settle_all(self, held: Sequence[tuple[Lease, Row]], event: CloudEvent[Any]) -> bool:
        self.together.append(len(held))
        if not self.one_is_lost:
            self._hear(event)
        return not self.one_is_lost

    async def settle(self, _lease: Lease, _row: Row, _written: None, events: Sequence[CloudEvent[Any]]) -> None:
        for event in events:
            self._hear(event)

    def _hear(self, event: CloudEvent[Any]) -> None:
        slots = sorted(hold.slot_id for hold in event.data.holds)
        self.told.append((slots, [call.operation for call in event.data.calls]))


class _Releases:
    def __init__(self, written: Written) -> None:
        self.settle = written.settle_all


def releasing(written: Written) -> ReleaseHolds:
    return ReleaseHolds(cast(Ledger, written), cast(Releases, _Releases(written)))


async def release(releases: ReleaseHolds, row: Row, *, takes: float = 0.0) -> None:
    """As the worker does: the calls of each hold are noted apart."""
    call = ProviderCall(at=clock.now(), provider="google", operation=f"delete {row.slot_id}", result="204")
    with calls_noted([call]), releases.going(row):
        await asyncio.sleep(takes)
        await releases.gone(cast(Lease, None), row)


async def test_r26_holds_that_go_at_the_same_time_are_told_by_one_event_with_all_calls() -> None:
    written = Written()
    releases = releasing(written)
    rows = [a_hold(slot_id) for slot_id in ("slt_1", "slt_2", "slt_3")]
    await asyncio.gather(*(release(releases, row, takes=0.01 * place) for place, row in enumerate(rows)))
    assert written.told == [(["slt_1", "slt_2", "slt_3"], ["delete slt_1", "delete slt_2", "delete slt_3"])]


@pytest.mark.parametrize(
    "other",
    [a_hold("slt_2", "stf_2"), a_hold("slt_2", about="prp_2"), a_hold("slt_2", cause=replace(CAUSE, causation_id="e"))],
)
async def test_of_another_calendar_proposal_or_cause_each_is_told_apart(other: Row) -> None:
    written = Written()
    releases = releasing(written)
    await asyncio.gather(release(releases, a_hold("slt_1")), release(releases, other))
    assert sorted(slots for slots, _ in written.told) == [["slt_1"], ["slt_2"]]


async def test_g10_where_one_was_wanted_otherwise_meanwhile_each_is_settled_and_told_by_itself() -> None:
    written = Written(one_is_lost=True)
    releases = releasing(written)
    await asyncio.gather(*(release(releases, a_hold(slot_id)) for slot_id in ("slt_1", "slt_2")))
    assert written.together == [2]
    assert sorted(written.told) == [(["slt_1"], ["delete slt_1"]), (["slt_2"], ["delete slt_2"])]


async def test_x3_no_call_is_dropped_where_more_go_than_one_event_tells_of() -> None:
    written = Written()
    releases = releasing(written)
    slots = [f"slt_{number:02}" for number in range(MOST + 10)]
    await asyncio.gather(*(release(releases, a_hold(slot), takes=0.005 * place) for place, slot in enumerate(slots)))
    assert sorted(call for _, calls in written.told for call in calls) == [f"delete {slot}" for slot in slots]


async def test_g09_a_hold_that_takes_long_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_holds, "_TOGETHER_SECONDS", 0.05)
    written = Written()
    releases = releasing(written)
    slow = asyncio.create_task(release(releases, a_hold("slt_1"), takes=60))
    await release(releases, a_hold("slt_2"))
    assert [slots for slots, _ in written.told] == [["slt_2"]]
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)


async def test_one_that_fails_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_holds, "_TOGETHER_SECONDS", 3600)
    written = Written()
    releases = releasing(written)

    async def fails() -> None:
        with releases.going(a_hold("slt_1")):
            await asyncio.sleep(0.01)
            raise ConnectionError

    failed, _ = await asyncio.gather(fails(), release(releases, a_hold("slt_2")), return_exceptions=True)
    assert isinstance(failed, ConnectionError)
    assert [slots for slots, _ in written.told] == [["slt_2"]]


async def test_g13_a_hold_with_strays_is_settled_by_itself_since_its_lease_is_needed_still() -> None:
    written = Written()
    releases = releasing(written)
    with_strays = a_hold("slt_1", strays=(Stray("stf_1.google", "main", "stray"),))
    await asyncio.gather(release(releases, with_strays), release(releases, a_hold("slt_2")))
    assert written.together == []
    assert sorted(slots for slots, _ in written.told) == [["slt_1"], ["slt_2"]]

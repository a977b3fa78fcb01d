"""Live appointments and holds against what stands in the calendars, one to one (G13)."""

from datetime import timedelta
from typing import Any

import pytest

from services.calendar_sync.model.entries import provider_key
from services.calendar_sync.store.reconciling import Reconciling
from shared.contracts.booking import SlotsWithdrawn
from shared.contracts.retelling import AppointmentRetold, ProposalRetold
from shared.mirror import GRACE, MirrorState
from tests.builders import a_proposal, a_slot, an_appointment, tomorrow_at
from tests.integration.calendar_sync.conftest import (
    World,
    attending,
    confirmed,
    holds_released,
    patiently,
    proposed,
    rarely_polled,
)
from tests.integration.calendar_sync.test_drift import (
    BOTH,
    DRIFTED,
    WRITTEN,
    by_hand,
    facts_of,
    missing,
    provider_of,
    said,
    watched,
    with_entries,
)
from tests.waiting import eventually

PLACED = "calendar_sync.holds_placed.v1"
NOT_ONE_TO_ONE = (MirrorState.MISSING, MirrorState.DIFFERENT, MirrorState.ORPHANED)


async def counts(world: World, kind: str) -> dict[MirrorState, int]:
    """What there is any of."""
    found = await Reconciling(world.database["ledger"]).count("")
    return {state: number for (of, state), number in found.items() if of == kind and number}


async def long_missing(world: World) -> int:
    found = await Reconciling(world.database["ledger"], grace=GRACE).count("")
    return found["entry", MirrorState.MISSING]


async def counted(world: World, kind: str, **wanted: int) -> None:
    last: dict[MirrorState, int] = {}

    async def as_wanted() -> bool:
        nonlocal last
        last = await counts(world, kind)
        return last == {MirrorState(name): number for name, number in wanted.items()}

    try:
        await patiently(as_wanted)
    except AssertionError as error:
        raise AssertionError(f"{last} of {kind}") from error


async def reconcile(world: World) -> int:
    answer = await world.service.post("/internal/reconcile", headers={**world.identity("stf_admin"), "x-role": "admin"})
    count: int = answer.raise_for_status().json()["count"]
    return count


async def mirrored(world: World, entry_id: str) -> None:
    """The reading that shows this entry was taken in."""

    async def is_there() -> bool:
        return await world.database["mirror_entries"].find_one({"entry_id": entry_id}) is not None

    await patiently(is_there)


async def with_released_holds(world: World, staff_id: str) -> list[dict[str, Any]]:
    """As they stood before they went."""
    await world.connect(staff_id)
    slots = [a_slot("slt_1", tomorrow_at(4)), a_slot("slt_2", tomorrow_at(6))]
    asked = {"organizer_id": staff_id, "attendees": attending(staff_id), "slots": slots}
    await world.propose(**asked)
    await patiently(lambda: said(world, PLACED, 2))
    await watched(world, staff_id)
    await counted(world, "hold", matching=2)
    holds = await world.calendar(staff_id)
    await world.bus.publish(proposed(a_proposal(**asked), 2, SlotsWithdrawn, notify_guest=False))
    await patiently(lambda: len(holds_released(world)) == 2)
    await counted(world, "hold")
    return holds


@BOTH
async def test_g13_a_released_hold_that_somebody_restores_goes_again(world: World, staff_id: str) -> None:
    holds = await with_released_holds(world, staff_id)
    assert await world.calendar(staff_id) == []
    await by_hand(world, staff_id, holds[0]["id"], "restore")

    async def gone() -> bool:
        deletions = [one for one in await world.calls(method="DELETE") if one["path"].endswith(holds[0]["id"])]
        return len(deletions) == 2 and await world.calendar(staff_id) == []

    await patiently(gone)
    await counted(world, "hold")
    assert len(holds_released(world)) == 2


@BOTH
async def test_g13_an_entry_that_stands_twice_loses_the_second_and_keeps_the_first(world: World, staff_id: str) -> None:
    [entry] = await with_entries(world, staff_id)
    provider = provider_of(staff_id)
    key = provider_key(f"entry/apt_1/{staff_id}/{provider}", 1)
    mark = {"id": key} if provider == "google" else {"transactionId": key}
    start, end = tomorrow_at(1).isoformat(), tomorrow_at(2).isoformat()
    await world.add_busy(staff_id, start, end, notify=True, **mark)

    async def only_the_first() -> bool:
        return [one["id"] for one in await world.calendar(staff_id)] == [entry["id"]]

    await patiently(only_the_first)
    await counted(world, "entry", matching=1)
    assert world.bus.of(DRIFTED) == []


@BOTH
async def test_g13_a_copy_that_a_person_makes_is_theirs(world: World, staff_id: str) -> None:
    """Marks are copied with an entry; Google's id is not, and a copy at Microsoft stands at another time."""
    [entry] = await with_entries(world, staff_id)
    provider = provider_of(staff_id)
    marker = f"entry/apt_1/{staff_id}/{provider}"
    marks: dict[str, Any] = {"extendedProperties": {"shared": {"chosei": marker}}}
    if provider == "microsoft":
        marks = {"transactionId": provider_key(marker, 1)}
    start, end = tomorrow_at(11).isoformat(), tomorrow_at(12).isoformat()
    copy = await world.add_busy(staff_id, start, end, notify=True, **marks)
    await mirrored(world, copy)
    assert {one["id"] for one in await world.calendar(staff_id)} == {entry["id"], copy}
    assert not set(await counts(world, "entry")) & set(NOT_ONE_TO_ONE)


@rarely_polled
@BOTH
async def test_g13_reconciling_now_finds_what_nobody_told(world: World, staff_id: str) -> None:
    moved, deleted = await with_entries(world, staff_id, 2)
    start, end = tomorrow_at(9), tomorrow_at(10)
    times = {"start": start.isoformat(), "end": end.isoformat()}
    await by_hand(world, staff_id, moved["id"], "move", notify=False, **times)
    await by_hand(world, staff_id, deleted["id"], "delete", notify=False)
    await counted(world, "entry", matching=2)
    assert await reconcile(world) >= 1
    await missing(world, staff_id, 2)
    await counted(world, "entry", missing=1, different=1)


@BOTH
async def test_g13_what_cannot_be_written_is_missing_until_it_is_and_what_was_refused_is_tried_again(
    world: World, staff_id: str
) -> None:
    await world.connect(staff_id)
    await watched(world, staff_id)
    provider = provider_of(staff_id)
    await world.faults({"provider": provider, "method": "POST", "path": ".*/events$", "kind": "status", "status": 400})
    await world.confirm(**facts_of(staff_id, 1, start_at=tomorrow_at(1)))
    await patiently(lambda: world.keeps("ledger", f"entry/apt_1/{staff_id}/{provider}", {"failed": {"$ne": None}}))
    await counted(world, "entry", missing=1)
    assert await long_missing(world) == 0
    await world.later(seconds=GRACE.total_seconds())
    assert await long_missing(world) == 1
    await world.faults()
    assert await reconcile(world) >= 2
    await patiently(lambda: said(world, WRITTEN, 1))
    await counted(world, "entry", matching=1)


@BOTH
async def test_g13_what_was_missed_is_written_when_it_is_told_again_and_what_is_known_is_left(
    world: World, staff_id: str
) -> None:
    await world.connect(staff_id)
    facts = facts_of(staff_id, 1, start_at=tomorrow_at(1))
    for over in (False, False, True):
        again = confirmed(an_appointment(**facts, revision=1 + over), AppointmentRetold, canceled=over)
        await world.bus.publish(again, times=2)
        await counted(world, "entry", **({} if over else {"matching": 1}))
    slots = [a_slot("slt_1", tomorrow_at(4))]
    asked = {"organizer_id": staff_id, "attendees": attending(staff_id), "slots": slots}
    await world.bus.publish(proposed(a_proposal(**asked), 1, ProposalRetold, is_open=True), times=2)
    await counted(world, "hold", matching=1)
    await world.bus.publish(proposed(a_proposal(**asked), 2, ProposalRetold, is_open=False))
    await counted(world, "hold")
    assert len(world.bus.of(WRITTEN)) == 1


async def test_g13_what_nobody_counts_on_is_not_missing(world: World) -> None:
    """An attendee without any calendar gets no hold (R5)."""
    await world.connect("stf_admin")
    await world.propose(organizer_id="stf_admin", attendees=attending("stf_admin", "stf_hana"))
    await patiently(lambda: said(world, PLACED, 2))
    await counted(world, "hold", matching=2)


async def test_g13_the_counts_are_metrics(world: World) -> None:
    async def exported() -> bool:
        shown = (await world.service.get("/metrics")).text
        return all(
            f'chosei_mirror_objects{{kind="{kind}",state="{state}"}}' in shown
            for kind in ("entry", "hold")
            for state in MirrorState
        )

    await patiently(exported)


@pytest.mark.parametrize("world", [{"provider_timeout": timedelta(seconds=3)}], indirect=True)
@BOTH
async def test_g13_a_stray_waits_for_its_provider(world: World, staff_id: str) -> None:
    holds = await with_released_holds(world, staff_id)
    provider = provider_of(staff_id)
    await world.faults({"provider": provider, "method": "DELETE", "kind": "status", "status": 503})
    await by_hand(world, staff_id, holds[0]["id"], "restore")
    await counted(world, "hold", orphaned=1)
    await world.faults()

    async def gone_at_a_next_try() -> bool:
        await world.later(seconds=61)
        return not await counts(world, "hold") and not await world.calendar(staff_id)

    await eventually(gone_at_a_next_try, interval=0.5)

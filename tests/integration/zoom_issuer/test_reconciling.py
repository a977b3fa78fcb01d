"""Live web appointments against what stands at Zoom, one to one (G13)."""

from typing import Any

from services.zoom_issuer.store.reconciling import KIND, Reconciling
from shared import clock
from shared.contracts.retelling import AppointmentRetold
from shared.mirror import GRACE, MirrorState
from tests.builders import an_appointment, an_event, tomorrow_at
from tests.integration.zoom_issuer.changes import by_hand, patiently, with_meetings
from tests.integration.zoom_issuer.conftest import World
from tests.integration.zoom_issuer.test_doubles import deletions, only
from tests.integration.zoom_issuer.test_meetings import canceled, confirmed
from tests.integration.zoom_issuer.workshop import Workshop, wanted


async def counts(shop: Workshop) -> dict[MirrorState, int]:
    """What there is any of."""
    found = await Reconciling(shop.store.meetings).count("")
    return {state: number for (_, state), number in found.items() if number}


async def counted(world: World, **expected: int) -> None:
    async def as_expected() -> bool:
        found = await Reconciling(world.database["meetings"]).count("")
        return {state: number for (_, state), number in found.items() if number} == {
            MirrorState(name): number for name, number in expected.items()
        }

    await patiently(as_expected)


async def reconcile(world: World) -> int:
    answer = await world.issuer.post("/internal/reconcile", headers={**world.identity("stf_taro"), "x-role": "admin"})
    count: int = answer.raise_for_status().json()["count"]
    return count


async def test_g13_a_meeting_is_missing_until_it_is_there_and_orphaned_until_it_is_gone(shop: Workshop) -> None:
    await shop.want(wanted())
    assert await counts(shop) == {MirrorState.MISSING: 1}
    await shop.work()
    assert await counts(shop) == {MirrorState.WAITING: 1}
    await shop.connect()
    await shop.work()
    assert await counts(shop) == {MirrorState.MATCHING: 1}
    await shop.want(wanted(revision=2, start_at=tomorrow_at(9)))
    assert await counts(shop) == {MirrorState.DIFFERENT: 1}
    await shop.work()
    assert await counts(shop) == {MirrorState.MATCHING: 1}
    await shop.want(wanted(revision=3, canceled=True))
    assert await counts(shop) == {MirrorState.ORPHANED: 1}
    await shop.work()
    assert await counts(shop) == {}


async def test_g13_what_is_under_way_is_no_difference_unless_it_takes_long(shop: Workshop) -> None:
    counted = Reconciling(shop.store.meetings, grace=GRACE)
    await shop.want(wanted())
    assert not any((await counted.count("")).values())
    clock.set_offset(clock.offset() + GRACE)
    assert (await counted.count(""))[KIND, MirrorState.MISSING] == 1


async def test_g13_what_is_said_to_be_gone_is_missing_and_what_was_moved_is_different(shop: Workshop) -> None:
    await shop.connect()
    await shop.want(wanted())
    await shop.work()
    await shop.store.meetings.update_one({"_id": "apt_1"}, {"$set": {"drift": {"found": None}}})
    assert await counts(shop) == {MirrorState.MISSING: 1}
    await shop.store.meetings.update_one({"_id": "apt_1"}, {"$set": {"drift": {"found": {"title": "別の件名"}}}})
    assert await counts(shop) == {MirrorState.DIFFERENT: 1}


async def test_g13_a_cancelled_meeting_that_comes_back_is_found_of_users_who_have_no_other(world: World) -> None:
    """Nobody tells of it, and nothing else of this user is to come."""
    meeting = (await with_meetings(world, "apt_1"))["apt_1"]
    await world.bus.publish(canceled(2, appointment_id="apt_1", title="apt_1"))
    await only(world)
    await by_hand(world, meeting, "recover", notify=False)
    assert await reconcile(world) == 1

    async def is_deleted_again() -> bool:
        return await deletions(world, meeting) == 2

    await patiently(is_deleted_again)
    await only(world)
    await counted(world)


async def test_g13_what_zoom_refused_is_tried_again_when_somebody_asks(world: World) -> None:
    await world.connect()
    await world.faults({"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 400})
    await world.bus.publish(confirmed(appointment_id="apt_1", title="apt_1"))
    await patiently(lambda: failed_for_good(world))
    await counted(world, missing=1)
    await world.faults()
    assert await reconcile(world) == 1
    await patiently(world.issued)
    await counted(world, matching=1)


def failed_for_good(world: World) -> list[dict[str, Any]]:
    return [one for one in world.failures() if one["retry_at"] is None]


async def test_g13_what_was_missed_is_made_when_it_is_told_again_and_what_is_known_is_left(world: World) -> None:
    await world.connect()
    for over in (False, False, True):
        appointment = an_appointment(revision=1 + over, title="apt_1")
        again = an_event(AppointmentRetold(appointment=appointment, sealed="", canceled=over), subject="apt_1")
        await world.bus.publish(again, times=2)
        await counted(world, **({} if over else {"matching": 1}))
    assert (len(world.issued()), await world.meetings()) == (1, [])


async def test_g13_the_counts_are_metrics(world: World) -> None:
    async def exported() -> bool:
        shown = (await world.issuer.get("/metrics")).text
        return all(f'chosei_mirror_objects{{kind="meeting",state="{state}"}}' in shown for state in MirrorState)

    await patiently(exported)

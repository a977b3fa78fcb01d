"""People and faults between our writes: what is gone is made anew, what is there is not doubled (G10, G17)."""

from shared.contracts.booking import AppointmentCanceled, AppointmentRescheduled
from tests.builders import an_appointment, tomorrow_at
from tests.integration.calendar_sync.conftest import World, attending, confirmed, patiently

PAST = {"previous_start_at": tomorrow_at(4), "previous_end_at": tomorrow_at(5)}


async def doubted(world: World, row_id: str) -> None:
    """One answer that an entry is missing is no proof: the second is asked for a minute later, and until then told."""
    await patiently(lambda: world.keeps("ledger", row_id, {"missing_since": {"$ne": None}, "told": True}))


async def test_g17_an_entry_deleted_by_hand_is_made_anew_by_the_next_change(world: World) -> None:
    for staff_id, provider in (("stf_admin", "google"), ("stf_taro", "microsoft")):
        await world.connect(staff_id)
        facts = {
            "appointment_id": f"apt_{staff_id}",
            "proposal_id": None,
            "organizer_id": staff_id,
            "attendees": attending(staff_id),
            "wants_meeting": False,
        }
        await world.confirm(**facts)
        [entry] = await patiently(lambda who=staff_id: world.calendar(who))
        await world.outside.post(f"/inspect/{provider}/events/{entry['id']}/delete", json={"notify": False})
        moved = an_appointment(**facts, revision=2, start_at=tomorrow_at(9))
        await world.bus.publish(confirmed(moved, AppointmentRescheduled, **PAST))
        if provider == "microsoft":
            await doubted(world, f"entry/apt_{staff_id}/{staff_id}/{provider}")
            assert await world.calendar(staff_id) == []
            await world.later(seconds=61)
        [anew] = await patiently(lambda who=staff_id: world.calendar(who))
        assert anew["start"] != entry["start"]


async def test_an_entry_deleted_by_hand_counts_as_removed(world: World) -> None:
    await world.connect("stf_taro")
    await world.confirm(wants_meeting=False)
    [entry] = await patiently(lambda: world.calendar("stf_taro"))
    await world.outside.post(f"/inspect/microsoft/events/{entry['id']}/delete", json={"notify": False})
    await world.bus.publish(confirmed(an_appointment(wants_meeting=False, revision=2), AppointmentCanceled))
    [removed] = await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_removed.v1"))
    assert removed["appointment_id"] == "apt_1"


async def test_g17_an_entry_said_to_be_missing_that_is_there_is_not_doubled(world: World) -> None:
    await world.connect("stf_admin")
    facts = {"organizer_id": "stf_admin", "attendees": attending("stf_admin"), "wants_meeting": False}
    await world.confirm(**facts)
    [entry] = await patiently(lambda: world.calendar("stf_admin"))
    await world.faults({"kind": "status", "provider": "google", "method": "PATCH", "status": 404, "times": 1})
    await world.bus.publish(
        confirmed(an_appointment(**facts, revision=2, start_at=tomorrow_at(9)), AppointmentRescheduled, **PAST)
    )

    await doubted(world, "entry/apt_1/stf_admin/google")
    await world.later(seconds=61)

    async def moved() -> bool:
        found = await world.calendar("stf_admin")
        return [one["id"] for one in found] == [entry["id"]] and found[0]["start"] != entry["start"]

    await patiently(moved)

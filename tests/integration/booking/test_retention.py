"""What is kept for a number of days (X5) is found without going through all that is over."""

from datetime import timedelta

from services.booking.store.guest_subjects import GuestSubjects
from shared import clock
from tests.builders import ORGANIZATION
from tests.integration.booking.world import World


async def test_x5_what_is_erased_already_is_not_gone_through_again(world: World) -> None:
    bookings, old = world.stores.bookings, clock.now() - timedelta(days=90)
    over = {
        bookings.appointments: {"status": "canceled", "start_at": old, "end_at": old},
        bookings.proposals: {"status": "expired", "expires_at": old, "updated_at": old},
    }
    for collection, state in over.items():
        gone = {"organization_id": ORGANIZATION, "erased_at": old, **state}
        await collection.insert_many([{"_id": f"old_{n}", "token": {"hash": f"erased/{n}"}, **gone} for n in range(30)])
    database = bookings.appointments.database
    await database.command("profile", 2)
    try:
        found = await GuestSubjects(bookings).kept_too_long(ORGANIZATION, clock.now(), 10)
    finally:
        await database.command("profile", 0)
    asked = await database["system.profile"].find({"op": "query", "command.sort": {"$exists": True}}).to_list(None)
    await database.drop_collection("system.profile")
    assert found.is_empty
    assert {one["command"]["find"]: one["docsExamined"] for one in asked} == {"appointments": 0, "proposals": 0}

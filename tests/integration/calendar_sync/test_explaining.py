"""X11: what stands in a person's calendars at one moment, and how far they can be trusted."""

from tests.integration.calendar_sync.conftest import World
from tests.integration.calendar_sync.test_mirror import DAY, PEOPLE, SPAN, shows


async def test_x11_an_entry_is_named_with_the_calendar_it_stands_in_and_nothing_else(world: World) -> None:
    for staff_id, provider in zip(PEOPLE, ("google", "microsoft"), strict=True):
        await world.add_busy(staff_id, *SPAN)
        await world.connect(staff_id)
        await shows(world, staff_id, SPAN)
        found = await explained(world, staff_id, f"{DAY}T04:30:00Z")
        (entry,) = found["entries"]
        assert (entry["kind"], entry["calendar"], set(entry)) == (
            "busy",
            provider,
            {"start", "end", "kind", "calendar"},
        )
        assert (found["status"], [one["reaches"] for one in found["calendars"]]) == ("fresh", [True])
        assert (await explained(world, staff_id, SPAN[1]))["entries"] == []


async def test_x11_who_never_connected_has_no_calendar_and_what_lies_far_ahead_is_not_reached(world: World) -> None:
    assert (await explained(world, "stf_admin", SPAN[0]))["status"] == "not_connected"
    await world.connect("stf_admin")
    await shows(world, "stf_admin")
    found = await explained(world, "stf_admin", "2031-01-01T00:00:00Z")
    assert [one["reaches"] for one in found["calendars"]] == [False]


async def explained(world: World, staff_id: str, at: str) -> dict[str, list[dict[str, object]]]:
    query = {"staff_id": staff_id, "at": at}
    answer = await world.service.get("/internal/explain", params=query, headers=world.identity(staff_id))
    assert answer.status_code == 200, answer.text
    found: dict[str, list[dict[str, object]]] = answer.json()
    return found

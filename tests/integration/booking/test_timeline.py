"""The timeline of a proposal and its appointment, in whatever order its events are heard (X3)."""

import random
from typing import Any

import pytest

from shared.contracts import actors
from shared.contracts.booking import AppointmentConfirmed, SlotsChanged
from shared.contracts.envelope import CloudEvent
from tests.integration.booking.test_effects import SECRETS, reports
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, token_of


async def timeline(world: World, path: str, **query: str) -> list[dict[str, Any]]:
    answer = await world.call("GET", f"{path}/timeline?limit=200", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def everything(world: World) -> tuple[dict[str, Any], str, list[CloudEvent[Any]]]:
    """A proposal of staff, the guest's choice, and what the others report of it."""
    proposal = await world.propose(note="社内メモ", guidance="資料をご用意ください。")
    appointment_id = (await world.confirm(proposal)).json()["id"]
    own = await world.published()
    cause = own[-1].cause()
    events = [*own]
    for number, data in enumerate(reports(appointment_id, proposal)):
        about = proposal["id"] if hasattr(data, "holds") else appointment_id
        [event] = [one for one in own if one.subject == appointment_id]
        changes = {"id": f"evt_{number}", "type": f"chosei.{data.routing_key}", "subject": about, "data": data}
        events.append(event.model_copy(update={**changes, "actor": cause.actor}))
    return proposal, appointment_id, events


async def hear(world: World, events: list[CloudEvent[Any]]) -> None:
    for event in events:
        await getattr(world.subscribers, "on_" + event.routing_key.split(".")[1])(event)


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_and_repetition_make_the_same_timeline(world: World, seed: int) -> None:
    _, appointment_id, events = await everything(world)
    shuffled = events * 2
    random.Random(seed).shuffle(shuffled)
    await hear(world, shuffled)
    shown = await timeline(world, f"/appointments/{appointment_id}")
    expected = sorted(events, key=lambda event: (event.time, event.id))
    assert [entry["entry_id"] for entry in shown] == [event.id for event in expected]


async def test_it_says_who_began_what(world: World) -> None:
    proposal, appointment_id, events = await everything(world)
    await hear(world, events)
    shown = {
        entry["type"].split(".")[2]: entry["actor"] for entry in await timeline(world, f"/proposals/{proposal['id']}")
    }
    assert (shown["slots_proposed"], shown["appointment_confirmed"]) == (f"staff:{TARO}", "guest")
    assert {entry["actor"] for entry in await timeline(world, f"/appointments/{appointment_id}")} == {
        f"staff:{TARO}",
        "guest",
    }


async def test_a_proposal_does_not_show_what_became_of_its_appointment(world: World) -> None:
    proposal, _, events = await everything(world)
    await hear(world, events)
    types = {entry["type"].split(".")[2] for entry in await timeline(world, f"/proposals/{proposal['id']}")}
    assert types == {"slots_proposed", "appointment_confirmed", "holds_placed", "holds_released"}


async def test_g23_g26_nothing_personal_or_secret_is_kept(world: World) -> None:
    proposal, _, events = await everything(world)
    await hear(world, events)
    rows = str(await world.stores.timeline.timeline.find({}).to_list(None))
    words = [
        token_of(proposal),
        "社内メモ",
        "資料をご用意",
        "田中",
        "hanako",
        "ABC",
        "山田",
        SECRETS.passcode,
        "zoom.example",
    ]
    assert [word for word in words if word in rows] == []
    assert not any(event.data.sealed in rows for event in events if hasattr(event.data, "sealed"))


async def test_a_guest_whose_choice_takes_time_of_another_proposal_is_not_that_ones_guest(world: World) -> None:
    times = [a_slot_at(2, 13), a_slot_at(3, 10)]
    first = await world.propose(slots=times)
    second = await world.propose(slots=times, allow_overlap=True)
    await world.confirm(first)
    [confirmed] = await world.published(AppointmentConfirmed.routing_key)
    await world.subscribers.on_appointment_confirmed(confirmed)
    [changed] = await world.published(SlotsChanged.routing_key)
    assert (changed.subject, changed.actor) == (second["id"], actors.SYSTEM)
    assert changed.correlationid == confirmed.correlationid


async def test_pages_follow_each_other_without_gap_or_repetition(world: World) -> None:
    _, appointment_id, events = await everything(world)
    await hear(world, events)
    seen: list[str] = []
    cursor = ""
    for _ in range(len(events)):
        query = f"limit=3&cursor={cursor}" if cursor else "limit=3"
        page = (await world.call("GET", f"/appointments/{appointment_id}/timeline?{query}")).json()
        seen += [entry["entry_id"] for entry in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert seen == [entry["entry_id"] for entry in await timeline(world, f"/appointments/{appointment_id}")]


async def test_what_is_private_shows_its_timeline_only_to_those_who_take_part_and_administrators(world: World) -> None:
    proposal = await world.propose(attendee_ids=[TARO], visibility="private")
    path = f"/proposals/{proposal['id']}/timeline"
    assert (await world.call("GET", path, staff_id=HANAKO)).status_code == 403
    assert (await world.call("GET", path, staff_id=HANAKO, role="admin")).status_code == 200


async def test_unknown_ids_and_other_organizations_find_nothing(world: World) -> None:
    proposal = await world.propose()
    for path in ("/proposals/prp_none/timeline", "/appointments/apt_none/timeline"):
        assert (await world.call("GET", path)).status_code == 404
    assert (
        await world.call("GET", f"/proposals/{proposal['id']}/timeline", organization="org_other")
    ).status_code == 404
    assert (await world.call("GET", f"/proposals/{proposal['id']}/timeline?cursor=x")).status_code == 422

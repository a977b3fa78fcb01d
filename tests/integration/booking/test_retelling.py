"""What lives is told again when somebody asks (G13): nothing happened, and who missed something learns it."""

from typing import Any

from shared.contracts.envelope import CloudEvent
from shared.contracts.sealed import AppointmentSecrets
from tests.builders import BUS_RING, ORGANIZATION
from tests.integration.booking.world import World

APPOINTMENT, PROPOSAL = "booking.appointment_retold.v1", "booking.proposal_retold.v1"


async def retold(world: World, routing_key: str) -> list[CloudEvent[Any]]:
    assert await world.app.state.parts.operations.reconcile(ORGANIZATION) > 0
    return await world.published(routing_key)


async def test_g13_an_appointment_is_told_as_it_stands_and_as_it_was_told(world: World) -> None:
    proposal = await world.propose()
    made = (await world.confirm(proposal)).json()
    [confirmed] = await world.published("booking.appointment_confirmed.v1")
    [again] = await retold(world, APPOINTMENT)
    assert again.data.appointment == confirmed.data.appointment
    assert (again.subject, again.aggregateversion, again.time) == (made["id"], 1, confirmed.time)
    assert not again.data.canceled
    secrets = [
        AppointmentSecrets.unseal(BUS_RING, event.data.sealed, subject=made["id"]) for event in (again, confirmed)
    ]
    assert secrets[0] == secrets[1]


async def test_g13_a_cancelled_one_is_told_as_cancelled(world: World) -> None:
    made = (await world.confirm(await world.propose())).json()
    assert (await world.call("DELETE", f"/appointments/{made['id']}")).status_code == 200
    [again] = await retold(world, APPOINTMENT)
    assert (again.data.canceled, again.aggregateversion) == (True, 2)


async def test_g13_a_proposal_is_told_as_open_as_long_as_something_can_be_chosen(world: World) -> None:
    proposal = await world.propose()
    [again] = await retold(world, PROPOSAL)
    assert (again.data.is_open, len(again.data.proposal.slots)) == (True, 3)
    await world.confirm(proposal)
    closed = (await retold(world, PROPOSAL))[-1]
    assert not closed.data.is_open


async def test_what_is_told_again_changes_nothing_here(world: World) -> None:
    made = (await world.confirm(await world.propose())).json()
    path = f"/appointments/{made['id']}"
    before = (await world.call("GET", path)).json()
    await retold(world, APPOINTMENT)
    assert (await world.call("GET", path)).json() == before


async def test_another_organizations_are_not_told(world: World) -> None:
    await world.confirm(await world.propose())
    assert await world.app.state.parts.operations.reconcile("org_other") == 0

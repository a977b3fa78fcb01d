"""Choosing a seat (C3): against claims kept in memory, some of which another process takes between look and write."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.appointment import Appointment
from services.booking.model.claims import Claim, ClaimKind
from services.booking.model.guarded import claims_of
from services.booking.model.proposal import TokenSource
from services.booking.model.spans import Span
from services.booking.store.guards import TimeTaken
from services.booking.usecases.take_seat import TakeSeat
from shared.contracts.booking import Kind, Visibility
from shared.contracts.people import Guest
from tests.builders import an_attendee

NINE = datetime(2026, 12, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Claims:
    """What the guards do; ``sudden`` claims are taken by somebody else right after they were looked at."""

    def __init__(self, sudden: Sequence[Claim] = ()) -> None:
        self.taken: set[Claim] = set()
        self.sudden = list(sudden)

    async def on(self, organization_id: str, resources: Sequence[str], spans: Sequence[Span]) -> list[Claim]:
        found = [claim for claim in self.taken if claim.resource in resources]
        if self.sudden:
            self.taken.add(self.sudden.pop(0))
        return [claim for claim in found if any(claim.span.overlaps(span) for span in spans)]

    async def save(self, appointment: Appointment) -> None:
        wanted = claims_of(appointment)
        others = [claim for claim in self.taken if claim.owner != appointment.appointment_id]
        if any(claim.overlaps(other) for claim in wanted for other in others):
            raise TimeTaken()
        self.taken = {claim for claim in self.taken if claim.owner != appointment.appointment_id} | wanted


def an_appointment(number: int, at: int, hours: int) -> Appointment:
    host = an_attendee()
    return Appointment(
        appointment_id=f"apt_{number}",
        organization_id="org",
        proposal_id=None,
        slot_id=None,
        kind=Kind.PHONE,
        title="面談",
        start_at=NINE + at * HOUR,
        end_at=NINE + (at + hours) * HOUR,
        time_zone="Asia/Tokyo",
        creator=host,
        organizer_id=host.staff_id,
        attendees=[],
        with_calendar=[],
        guest=Guest(),
        guest_time_zone="",
        guest_locale="",
        guidance="",
        note="",
        visibility=Visibility.DEFAULT,
        wants_meeting=False,
        zoom_user_id=None,
        address=None,
        bookable_id="bkb_1",
        token=TokenSource(key_id="t", generation=1, hash="h"),
        confirmed_at=NINE,
        updated_at=NINE,
    )


def a_chooser(claims: Claims, capacity: int) -> TakeSeat:
    async def find(organization_id: str, bookable_id: str) -> Any:
        return SimpleNamespace(capacity=capacity)

    menus: Any = SimpleNamespace(bookables=SimpleNamespace(find=find))
    guards: Any = claims
    return TakeSeat(menus, guards)


WISHES = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), min_size=1, max_size=10)


@given(WISHES, st.integers(1, 4))
def test_never_more_than_there_are_seats_and_never_fewer_than_fit_one_after_the_other(
    wishes: list[tuple[int, int]], capacity: int
) -> None:
    claims = Claims()
    take = a_chooser(claims, capacity)

    async def all_in_turn() -> None:
        for number, (at, hours) in enumerate(wishes):
            wanted = an_appointment(number, at, hours)
            seats = {claim.resource for claim in claims.taken if claim.span.overlaps(wanted.span)}
            try:
                await take(wanted, claims.save)
            except TimeTaken:
                assert len(seats) == capacity
            else:
                assert len(seats) < capacity

    asyncio.run(all_in_turn())
    for hour in range(12):
        at = Span(NINE + hour * HOUR, NINE + (hour + 1) * HOUR)
        assert sum(claim.span.overlaps(at) for claim in claims.taken) <= capacity


def somebodys(seat: int) -> Claim:
    return Claim(f"bookable:bkb_1:{seat}", ClaimKind.CONFIRMED, "apt_other", "", Span(NINE, NINE + HOUR))


async def test_the_next_seat_is_tried_where_somebody_was_faster() -> None:
    claims = Claims([somebodys(0)])
    assert (await a_chooser(claims, 2)(an_appointment(1, 0, 1), claims.save)).seat == 1


async def test_none_is_left_where_others_were_faster_with_all() -> None:
    claims = Claims([somebodys(0), somebodys(1)])
    with pytest.raises(TimeTaken):
        await a_chooser(claims, 2)(an_appointment(1, 0, 1), claims.save)


async def test_a_move_keeps_its_seat_where_it_can() -> None:
    claims = Claims()
    take = a_chooser(claims, 3)
    moved = an_appointment(1, 0, 1).model_copy(update={"seat": 2})
    assert (await take(moved, claims.save)).seat == 2

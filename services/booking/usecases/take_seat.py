"""Which seat of a bookable an appointment takes (C3): the first free one is tried, the next where somebody was faster.
The guards decide; reading them only saves tries.
"""

from collections.abc import Awaitable, Callable, Sequence

from services.booking.model.appointment import Appointment
from services.booking.model.claims import Claim, ClaimKind, seat_resource
from services.booking.model.guarded import guarded
from services.booking.model.spans import Span
from services.booking.store.guards import Guards, TimeTaken
from services.booking.store.menus import MenuStore
from shared.single_flight import Turns

Save = Callable[[Appointment], Awaitable[None]]


class TakeSeat:
    """Saves an appointment with a seat that is free; one without a bookable is saved as it is."""

    def __init__(self, menus: MenuStore, guards: Guards) -> None:
        self._menus = menus
        self._guards = guards
        self._turns = Turns()

    async def __call__(self, appointment: Appointment, save: Save, *, over_held: bool = True) -> Appointment:
        """Answers what was saved; without ``over_held`` a seat that is held is not free. Raises ``TimeTaken`` where no
        seat is free, or anything else it needs is not, and what ``save`` raises.
        """
        if appointment.bookable_id is None:
            await save(appointment)
            return appointment
        async with self._turns.of(appointment.bookable_id):
            return await self._seated(appointment, appointment.bookable_id, save, over_held)

    async def _seated(self, appointment: Appointment, bookable_id: str, save: Save, over_held: bool) -> Appointment:
        bookable = await self._menus.bookables.find(appointment.organization_id, bookable_id)
        capacity = max(bookable.capacity if bookable else 1, appointment.seat + 1)
        tried: set[int] = set()
        while True:
            free = await self._free(appointment, bookable_id, capacity, over_held)
            seat = next((seat for seat in free if seat not in tried), None)
            if seat is None:
                raise TimeTaken()
            seated = appointment.model_copy(update={"seat": seat})
            try:
                await save(seated)
            except TimeTaken:
                tried.add(seat)
                if seat in await self._free(appointment, bookable_id, capacity, over_held):
                    raise  # the seat is still free, so that something else is taken
                continue
            return seated

    async def _free(self, appointment: Appointment, bookable_id: str, capacity: int, over_held: bool) -> Sequence[int]:
        """The one that it has first, so that a move keeps it where it can."""
        seats = sorted(range(capacity), key=lambda seat: (seat != appointment.seat, seat))
        by_resource = {seat_resource(bookable_id, seat): seat for seat in seats}
        claimed = [one for one in guarded(appointment) if isinstance(one, Claim)]
        spans: list[Span] = sorted({claim.needs for claim in claimed}, key=lambda span: span.start_at)
        claims = await self._guards.on(appointment.organization_id, list(by_resource), spans)
        taken = {
            by_resource[claim.resource]
            for claim in claims
            if claim.owner != appointment.appointment_id and (claim.kind is ClaimKind.CONFIRMED or not over_held)
        }
        return [seat for seat in seats if seat not in taken]

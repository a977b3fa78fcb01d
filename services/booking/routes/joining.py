"""Join links (X9): a guest's by its token, which comes in a header and never in a path (G26), staff's by who they are,
and revoking the guest's.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.booking.model.appointment import Appointment
from services.booking.routes.guests import Visitor
from services.booking.routes.versions import Writes, if_match
from services.booking.schemas import parse, read_json
from services.booking.store.bookings import BookingStore
from services.booking.usecases.join import JoinMeeting
from services.booking.usecases.revoke_link import RevokeJoinLink
from shared.contracts.api.joining import JoinLinkRequest, JoinView
from shared.internal import Caller, Guard, caller
from shared.problem import NotFound

Who = Annotated[Caller, Depends(caller)]
Expected = Annotated[str | None, Depends(if_match)]


class JoinRoutes:
    """``/internal/guest/join`` and what hangs below an appointment."""

    def __init__(
        self, guard: Guard, writes: Writes, store: BookingStore, join: JoinMeeting, revoke: RevokeJoinLink
    ) -> None:
        self._guard = guard
        self._writes = writes
        self._store = store
        self._join = join
        self._revoke = revoke

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/internal", dependencies=[Depends(self._guard)])
        router.add_api_route("/guest/join", self.as_guest, methods=["GET"])
        router.add_api_route("/appointments/{appointment_id}/join", self.as_staff, methods=["GET"])
        router.add_api_route("/appointments/{appointment_id}/join-link", self.revoke, methods=["POST"], status_code=204)
        return router

    async def as_guest(self, visitor: Visitor) -> JoinView:
        return await self._join.guest(visitor.token)

    async def as_staff(self, appointment_id: str, who: Who) -> JoinView:
        return await self._join.staff(await self._find(appointment_id, who), who)

    async def revoke(self, appointment_id: str, request: Request, who: Who, expected: Expected) -> None:
        parse(JoinLinkRequest, read_json(await request.body()))

        async def apply(before: Appointment) -> Appointment:
            return await self._revoke(before, who)

        await self._writes(appointment_id, lambda: self._find(appointment_id, who), apply, who, expected)

    async def _find(self, appointment_id: str, who: Caller) -> Appointment:
        appointment = await self._store.appointment(who.organization_id, appointment_id)
        if appointment is None:
            raise NotFound()
        return appointment

"""Staff: appointments."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.booking.model.appointment import Appointment
from services.booking.routes.narrowing import narrowing
from services.booking.routes.versions import Change, Writes, if_match
from services.booking.schemas import fingerprint, parse, read_json, read_place
from services.booking.store.bookings import BookingStore
from services.booking.store.listings import Narrowing, Order, appointments_in_order
from services.booking.usecases.answer_request import AnswerRequest
from services.booking.usecases.change_appointment import CancelAppointment, ChangeAppointment
from services.booking.usecases.link_by_hand import ChangeLinkByHand
from services.booking.usecases.links import Links
from services.booking.usecases.record_outcome import RecordOutcome
from services.booking.usecases.register import RegisterAppointment
from services.booking.usecases.settle_drift import SettleDrift
from services.booking.views.meeting import meeting_view
from services.booking.views.occurrences import all_within
from services.booking.views.staff import appointment_view
from shared import clock
from shared.contracts.api.appointments import (
    AppointmentList,
    AppointmentPatch,
    AppointmentStatus,
    AppointmentView,
    CancelRequest,
    DriftRequest,
    OutcomeRequest,
)
from shared.contracts.api.fields import Instant
from shared.contracts.api.links import LinkByHand
from shared.contracts.api.registering import AppointmentCreate
from shared.contracts.api.requests import RequestAnswer, RequestApproval
from shared.contracts.booking import Outcome
from shared.crypto import KeyRing
from shared.cursors import cursor_of
from shared.internal import Caller, Guard, caller
from shared.problem import NotFound

Who = Annotated[Caller, Depends(caller)]
Expected = Annotated[str | None, Depends(if_match)]
Narrowed = Annotated[Narrowing, Depends(narrowing)]


class AppointmentRoutes:
    """``/internal/appointments``."""

    def __init__(
        self,
        guard: Guard,
        writes: Writes,
        store: BookingStore,
        links: Links,
        ring: KeyRing,
        register: RegisterAppointment,
        change: ChangeAppointment,
        cancel: CancelAppointment,
        settle_drift: SettleDrift,
        link_by_hand: ChangeLinkByHand,
        record_outcome: RecordOutcome,
        answer: AnswerRequest,
    ) -> None:
        self._guard = guard
        self._writes = writes
        self._store = store
        self._links = links
        self._ring = ring
        self._register = register
        self._change = change
        self._cancel = cancel
        self._settle_drift = settle_drift
        self._link_by_hand = link_by_hand
        self._record_outcome = record_outcome
        self._answer = answer

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/internal/appointments", dependencies=[Depends(self._guard)])
        add = router.add_api_route
        add("", self.create, methods=["POST"], status_code=201)
        add("", self.show_all, methods=["GET"])
        add("/{appointment_id}", self.show, methods=["GET"])
        add("/{appointment_id}", self.edit, methods=["PATCH"])
        add("/{appointment_id}/cancel", self.cancel_with_words, methods=["POST"])
        add("/{appointment_id}", self.end, methods=["DELETE"])
        add("/{appointment_id}/meeting", self.enter_link, methods=["PUT"])
        add("/{appointment_id}/meeting", self.remove_link, methods=["DELETE"])
        add("/{appointment_id}/approve", self.approve, methods=["POST"])
        add("/{appointment_id}/decline", self.decline, methods=["POST"])
        add("/{appointment_id}/outcome", self.record, methods=["PUT"])
        add("/{appointment_id}/drift", self.decide_drift, methods=["POST"])
        return router

    def _view(self, appointment: Appointment, who: Caller) -> AppointmentView:
        url = self._links.of_appointment(appointment)
        shown = appointment_view(appointment, who, url, meeting_view(appointment, self._ring), clock.now())
        return shown if shown.hidden else shown.model_copy(update={"guest_join_url": self._links.join_url(appointment)})

    async def _write(
        self,
        appointment_id: str,
        apply: Change[Appointment],
        who: Caller,
        expected: str | None,
    ) -> Appointment:
        return await self._writes(appointment_id, lambda: self._find(appointment_id, who), apply, who, expected)

    async def _find(self, appointment_id: str, who: Caller) -> Appointment:
        appointment = await self._store.appointment(who.organization_id, appointment_id)
        if appointment is None:
            raise NotFound()
        return appointment

    async def create(self, request: Request, who: Who) -> AppointmentView:
        given = read_json(await request.body())
        return self._view(await self._register(parse(AppointmentCreate, given), who, fingerprint(given)), who)

    async def show_all(
        self,
        who: Who,
        narrowed: Narrowed,
        from_at: Annotated[Instant | None, Query(alias="from")] = None,
        until_at: Annotated[Instant | None, Query(alias="to")] = None,
        status: AppointmentStatus | None = None,
        outcome: Outcome | None = None,
        order: Order = "earliest",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> AppointmentList:
        found = await appointments_in_order(
            self._store,
            who,
            narrowed,
            from_at=from_at,
            until_at=until_at,
            status=status,
            outcome=outcome,
            order=order,
            after=read_place(cursor, who.language),
            limit=limit,
        )
        page = found[:limit]
        items, now = [], clock.now()
        for one in page:
            within = all_within(one, who, from_at, until_at, now)
            shown = (within[-1] if order == "latest" else within[0]) if within else None
            every = within if from_at is not None and until_at is not None else []
            items.append(self._view(one, who).model_copy(update={"occurrence": shown, "occurrences": every}))
        if len(found) <= limit:
            return AppointmentList(items=items, next_cursor=None)
        last = items[-1].occurrence or items[-1]
        return AppointmentList(items=items, next_cursor=cursor_of(last.start.isoformat(), items[-1].id))

    async def show(self, appointment_id: str, who: Who) -> AppointmentView:
        return self._view(await self._find(appointment_id, who), who)

    async def edit(self, appointment_id: str, request: Request, who: Who, expected: Expected) -> AppointmentView:
        body = await request.body()

        async def apply(before: Appointment) -> Appointment:
            return await self._change(before, parse(AppointmentPatch, read_json(body)), who)

        return self._view(await self._write(appointment_id, apply, who, expected), who)

    async def cancel_with_words(
        self, appointment_id: str, request: Request, who: Who, expected: Expected
    ) -> AppointmentView:
        body = await request.body()

        async def apply(before: Appointment) -> Appointment:
            return await self._cancel(before, parse(CancelRequest, read_json(body)).message, who)

        return self._view(await self._write(appointment_id, apply, who, expected), who)

    async def enter_link(self, appointment_id: str, request: Request, who: Who, expected: Expected) -> AppointmentView:
        body = await request.body()

        async def apply(before: Appointment) -> Appointment:
            return await self._link_by_hand.enter(before, parse(LinkByHand, read_json(body)), who)

        return self._view(await self._write(appointment_id, apply, who, expected), who)

    async def remove_link(self, appointment_id: str, who: Who, expected: Expected) -> AppointmentView:
        async def apply(before: Appointment) -> Appointment:
            return await self._link_by_hand.remove(before, who)

        return self._view(await self._write(appointment_id, apply, who, expected), who)

    async def decide_drift(
        self, appointment_id: str, request: Request, who: Who, expected: Expected
    ) -> AppointmentView:
        body = await request.body()

        async def apply(before: Appointment) -> Appointment:
            return await self._settle_drift.decide(before, parse(DriftRequest, read_json(body)).decision, who)

        return self._view(await self._write(appointment_id, apply, who, expected), who)

    async def approve(self, appointment_id: str, request: Request, who: Who, expected: Expected) -> AppointmentView:
        body = await request.body()

        async def apply(before: Appointment) -> Appointment:
            return await self._answer.approve(before, parse(RequestApproval, read_json(body)), who)

        return self._view(await self._write(appointment_id, apply, who, expected), who)

    async def decline(self, appointment_id: str, request: Request, who: Who, expected: Expected) -> AppointmentView:
        body = await request.body()

        async def apply(before: Appointment) -> Appointment:
            return await self._answer.decline(before, parse(RequestAnswer, read_json(body)).message, who)

        return self._view(await self._write(appointment_id, apply, who, expected), who)

    async def record(self, appointment_id: str, request: Request, who: Who, expected: Expected) -> AppointmentView:
        body = await request.body()

        async def apply(before: Appointment) -> Appointment:
            return await self._record_outcome(before, parse(OutcomeRequest, read_json(body)).outcome, who)

        return self._view(await self._write(appointment_id, apply, who, expected), who)

    async def end(self, appointment_id: str, who: Who, expected: Expected) -> AppointmentView:
        async def apply(before: Appointment) -> Appointment:
            return await self._cancel(before, "", who)

        return self._view(await self._write(appointment_id, apply, who, expected), who)

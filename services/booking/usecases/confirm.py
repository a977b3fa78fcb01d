"""A guest confirms one slot (R22, R23): exactly one can, in exactly the order of answers that api.md gives.

One plain read decides what is already over, the projections and a shared look what cannot be had, and one transaction
the rest.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from services.booking.model.appointment import Appointment
from services.booking.model.free_time import Obstacle
from services.booking.model.modes import modes_of
from services.booking.model.people import Organization
from services.booking.model.proposal import OfferedSlot, Origin, Proposal
from services.booking.model.spent_keys import KEY_KEPT
from services.booking.model.titles import title_of
from services.booking.problems import (
    REQUIRED,
    UNKNOWN_SLOT,
    AlreadyConfirmed,
    CalendarUnreadable,
    Expired,
    SlotTaken,
    Withdrawn,
    invalid,
)
from services.booking.schemas import fingerprint, known_locale, parse
from services.booking.store.bookings import BookingStore, StaleVersion
from services.booking.store.guards import TimeTaken
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.availability import Availability, Evidence
from services.booking.usecases.drop_slots import DropSlots
from services.booking.usecases.inside_only import check_inside
from services.booking.usecases.links import Links
from services.booking.usecases.origins import check_repeated
from services.booking.views.guest import slots_view
from shared import clock
from shared.contracts import actors
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.proposals import GuestConfirm, ProposalStatus, SlotStatus
from shared.contracts.booking import AppointmentConfirmed
from shared.contracts.envelope import Cause
from shared.contracts.people import Guest
from shared.contracts.stages import Stage
from shared.crypto import token_hash
from shared.ids import new_id
from shared.messaging.relay import Relay
from shared.mongo import DuplicateKeyError
from shared.observability import metrics
from shared.problem import Language, NotFound, Problem, Unavailable
from shared.single_flight import Turns

log = structlog.get_logger(__name__)
_ATTEMPTS = 5
_Answer = tuple[Appointment, Organization | None]


@dataclass(frozen=True)
class Visit:
    """A guest's request, apart from what was typed."""

    token: str
    language: Language
    request_id: str
    idempotency_key: str | None = None


@dataclass(frozen=True)
class _Typed:
    """What the guest sent, read."""

    choice: GuestConfirm
    guest: Guest
    origin: Origin | None


@dataclass(frozen=True)
class _Checked:
    """One version of a proposal, the slot as it stands there, and what is known of that version's attendees."""

    proposal: Proposal
    slot: OfferedSlot
    evidence: Evidence


class ConfirmSlot:
    """Answers the appointment (with its organization, if read); losers get ``AlreadyConfirmed`` or ``SlotTaken``."""

    def __init__(
        self,
        store: BookingStore,
        availability: Availability,
        announcer: Announcer,
        relay: Relay,
        new_code: Callable[[], str],
        drop: DropSlots,
        links: Links,
        people: PeopleStore,
    ) -> None:
        self._links = links
        self._people = people
        self._store = store
        self._availability = availability
        self._announcer = announcer
        self._relay = relay
        self._new_code = new_code
        self._drop = drop
        self._turns = Turns()

    async def __call__(self, given: Any, visit: Visit) -> _Answer:
        started = time.monotonic()
        hashed = token_hash(visit.token)
        proposal = await self._read(hashed)
        origin = _origin(proposal, given, visit)
        repeated = await self._made_before(proposal, origin)
        if repeated is not None:
            return repeated, None
        try:
            confirmed = await self._choose(proposal, given, visit, origin)
        except AlreadyConfirmed:
            if origin is None:
                raise
            proposal = await self._read(hashed)
            twin = await self._made_before(proposal, origin)
            if twin is None:
                raise
            return twin, None
        metrics.record_stage(Stage.CONFIRMED, timedelta(seconds=time.monotonic() - started))
        return confirmed

    async def _choose(self, proposal: Proposal, given: Any, visit: Visit, origin: Origin | None) -> _Answer:
        check_open(proposal)
        choice = parse(GuestConfirm, given)
        typed = _Typed(choice, _guest(choice, proposal, visit.language), origin)
        organization = await self._people.organization(proposal.organization_id)
        await check_inside(self._people, organization, typed.guest.email, visit.language, "/email")
        slot = proposal.slot(choice.slot_id)
        if slot is None:
            raise invalid(visit.language, ("/slot_id", UNKNOWN_SLOT))
        checked = await self._checked(proposal, slot)
        async with self._turns.of(proposal.proposal_id) as waited:
            if waited:
                checked = await self._checked_again(checked)
            return await self._confirm(checked, typed, visit), organization

    async def _read(self, hashed: str) -> Proposal:
        proposal = await self._store.proposal_by_token(hashed)
        if proposal is None:
            raise await without_proposal(self._store, hashed)
        return proposal

    async def _read_open(self, hashed: str) -> Proposal:
        proposal = await self._read(hashed)
        check_open(proposal)
        return proposal

    async def _made_before(self, proposal: Proposal, origin: Origin | None) -> Appointment | None:
        """The appointment that this very request made (G8). Raises 422 where the key came with another body."""
        if origin is None or proposal.appointment_id is None:
            return None
        made = await self._store.appointment(proposal.organization_id, proposal.appointment_id)
        if made is None or made.origin is None or made.origin.key != origin.key:
            return None
        if made.confirmed_at <= clock.now() - KEY_KEPT:
            return None
        check_repeated(origin, made.origin)
        return made

    async def _checked(self, proposal: Proposal, slot: OfferedSlot) -> _Checked:
        """Raises what stands in the way of ``slot``."""
        if slot.status is not SlotStatus.OPEN:
            raise await self._slot_taken(proposal, slot)
        found, evidence = await self._availability.check(proposal, slot)
        if found is Obstacle.UNREADABLE:
            await self._read_open(proposal.token.hash)
            raise CalendarUnreadable()
        if found is Obstacle.BUSY:
            await self._let_go(proposal, slot)
        if found is not None:
            raise await self._slot_taken(proposal, slot)
        return _Checked(proposal, slot, evidence)

    async def _checked_again(self, before: _Checked) -> _Checked:
        """Of the proposal as it stands now: another version has other attendees, who must be asked too (G1, G4)."""
        proposal = await self._read_open(before.proposal.token.hash)
        if proposal.version == before.proposal.version:
            return before
        slot = proposal.slot(before.slot.slot_id)
        if slot is None:
            raise await self._slot_taken(proposal, before.slot)
        return await self._checked(proposal, slot)

    async def _let_go(self, proposal: Proposal, slot: OfferedSlot) -> None:
        """A slot that a calendar fills is offered to nobody any more (X10), as soon as a look has seen it."""
        with suppress(StaleVersion):  # somebody else is changing it; the copy's next word lets it go
            await self._drop(proposal.proposal_id, {slot.slot_id}, Cause.outside())

    async def _slot_taken(self, proposal: Proposal, refused: OfferedSlot) -> SlotTaken:
        """With the slots that remain, nearest first (X12). A proposal that ended meanwhile says that instead."""
        proposal = await self._read_open(proposal.token.hash)
        offered = await self._availability.offered(proposal)
        remaining = [slot for slot in offered.possible if slot.slot_id != refused.slot_id]
        remaining.sort(key=lambda slot: abs(slot.start_at - refused.start_at))
        slots = [view.model_dump(mode="json") for view in slots_view(remaining, proposal.time_zone)]
        return SlotTaken(extra={"slots": slots})

    async def _confirm(self, checked: _Checked, typed: _Typed, visit: Visit) -> Appointment:
        """Tries again where the proposal changed meanwhile, or a reception code was in use."""

        async def still_open() -> None:
            await self._read_open(checked.proposal.token.hash)

        for _ in range(_ATTEMPTS):
            appointment, confirmed = _settled(checked, typed, self._new_code())
            join_token = self._links.join_source(appointment.appointment_id)
            appointment = appointment.model_copy(update={"join_token": join_token})
            waiting = self._announcer.of_appointment(
                AppointmentConfirmed,
                appointment,
                Cause.outside(visit.request_id or None, actor=actors.GUEST),
                slot_id=checked.slot.slot_id,
            )
            try:
                await self._store.confirm(checked.proposal, confirmed, appointment, waiting, still_open)
            except TimeTaken as error:
                raise await self._slot_taken(checked.proposal, checked.slot) from error
            except (StaleVersion, DuplicateKeyError):
                checked = await self._checked_again(checked)
                continue
            self._relay.publish_soon(self._store.appointments, appointment.appointment_id, waiting)
            log.info("appointment.confirmed", appointment_id=appointment.appointment_id)
            return appointment
        raise Unavailable()


async def without_proposal(store: BookingStore, hashed: str) -> Problem:
    """Of a link that leads to no proposal: what staff registered directly is settled (E2), anything else unknown."""
    return AlreadyConfirmed() if await store.registered_by_token(hashed) else NotFound()


def check_open(proposal: Proposal) -> None:
    """Raises what api.md says about a link whose time is over; an expiry counts from its very moment on."""
    match proposal.status:
        case ProposalStatus.CONFIRMED:
            raise AlreadyConfirmed()
        case ProposalStatus.WITHDRAWN:
            raise Withdrawn()
        case ProposalStatus.EXPIRED:
            raise Expired()
        case ProposalStatus.OPEN:
            if proposal.expires_at <= clock.now():
                raise Expired()


def _origin(proposal: Proposal, given: Any, visit: Visit) -> Origin | None:
    key = f"{proposal.proposal_id}:{visit.idempotency_key}"
    return Origin(key=key, fingerprint=fingerprint(given)) if visit.idempotency_key else None


def _guest(choice: GuestConfirm, proposal: Proposal, language: Language) -> Guest:
    """What was typed now; what was left out stays as it is known, an emptied company is empty."""
    email = choice.email or proposal.guest.email
    if not email:
        raise invalid(language, ("/email", REQUIRED))
    company = choice.company if "company" in choice.model_fields_set else proposal.guest.company
    return Guest(company=company, name=choice.name, email=email)


def _completed(known: Guest, typed: Guest) -> Guest:
    """What staff did not know of the guest is known from here on."""
    learnt = {name: value for name, value in typed.model_dump().items() if not getattr(known, name)}
    return known.model_copy(update=learnt)


def _settled(checked: _Checked, typed: _Typed, code: str) -> tuple[Appointment, Proposal]:
    """The appointment, and the proposal that became it; both expect the same holds to go."""
    appointment = _appointment(checked, typed, code)
    proposal = checked.proposal
    gone = {slot.slot_id: SlotStatus.WITHDRAWN for slot in proposal.open_slots}
    after = proposal.with_status_of({**gone, checked.slot.slot_id: SlotStatus.CONFIRMED}).model_copy(
        update={
            "status": ProposalStatus.CONFIRMED,
            "version": proposal.version + 1,
            "updated_at": appointment.confirmed_at,
            "appointment_id": appointment.appointment_id,
            "guest": _completed(proposal.guest, appointment.guest),
        }
    )
    after = after.expecting(proposal)
    return appointment.expecting_confirmation(after.releases), after


def _appointment(checked: _Checked, typed: _Typed, code: str) -> Appointment:
    now = clock.now()
    proposal, slot, guest = checked.proposal, checked.slot, typed.guest
    organizer = checked.evidence.staff.get(proposal.organizer_id)
    modes = modes_of(proposal.kind)
    return Appointment(
        appointment_id=new_id("apt"),
        organization_id=proposal.organization_id,
        status=AppointmentStatus.CONFIRMED,
        proposal_id=proposal.proposal_id,
        slot_id=slot.slot_id,
        kind=proposal.kind,
        title=title_of(proposal.title, guest),
        start_at=slot.start_at,
        end_at=slot.end_at,
        time_zone=proposal.time_zone,
        creator=proposal.creator,
        organizer_id=proposal.organizer_id,
        attendees=proposal.attendees,
        with_calendar=_with_calendar(proposal.attendee_ids, checked.evidence),
        guest=guest,
        email_typed=bool(typed.choice.email),
        guest_time_zone=typed.choice.time_zone,
        guest_locale=known_locale(typed.choice.locale),
        guidance=proposal.guidance,
        note=proposal.note,
        visibility=proposal.visibility,
        wants_meeting=proposal.wants_zoom,
        zoom_user_id=organizer.zoom_user_id if proposal.wants_zoom and organizer else None,
        meeting_type=proposal.meeting_type,
        place=proposal.place,
        reveal=proposal.reveal,
        address=proposal.address,
        reception_code=code if modes.reception_code else None,
        room_id=slot.room_id,
        room_name=slot.room_name,
        token=proposal.token,
        confirmed_at=now,
        updated_at=now,
        origin=typed.origin,
    )


def _with_calendar(staff_ids: Sequence[str], evidence: Evidence) -> list[str]:
    return [staff_id for staff_id in staff_ids if (person := evidence.staff.get(staff_id)) and person.has_calendar]


def new_reception_code() -> str:
    """Six digits (V7); the database keeps those of one day apart."""
    return f"{secrets.randbelow(1_000_000):06d}"

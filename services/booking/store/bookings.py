"""Proposals and appointments, each with its outbox, and the transactions that move claims with them.

Every write of state is guarded by the version that was read; ``reports`` and ``meeting`` are written apart, by events,
and ``origin`` once.
"""

from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Collection as Many
from datetime import datetime
from typing import Any

from services.booking.model.appointment import Appointment
from services.booking.model.claims import Claim
from services.booking.model.effects import HOLD_KEYS
from services.booking.model.guarded import guarded
from services.booking.model.proposal import Proposal
from services.booking.store.documents import APPOINTMENT, PROPOSAL, Documents, former_contact, payment_state
from services.booking.store.guard_writes import Guarded
from services.booking.store.guards import Guards
from services.booking.store.join_links import ANOTHER_GUESTS, REGISTERED
from services.booking.store.join_links import INDEXES as LINK_INDEXES
from services.booking.store.origins import ONCE, made_under, origin_state
from services.booking.store.page_bookings import OF_PAGE
from shared import clock, due, mongo
from shared.contracts.api.proposals import ProposalStatus
from shared.messaging import outbox
from shared.messaging.outbox import Entry
from shared.mongo import (
    ASCENDING,
    DESCENDING,
    Client,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    IndexModel,
    Session,
)


class StaleVersion(Exception):
    """Somebody else changed the document since it was read."""

    def __init__(self, document_id: str) -> None:
        super().__init__(f"{document_id} changed meanwhile")


class AlreadyMade(Exception):
    """A document with this idempotency key is there."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__("made before under this idempotency key")


RECURRING = {"series.rrule": {"$gt": ""}}
_OF_CONTACT = [
    IndexModel([("contact_id", ASCENDING), ("_id", DESCENDING)], name="made_by_contact"),
    IndexModel([("contact_id", ASCENDING), ("start_at", DESCENDING), ("_id", DESCENDING)], name="of_contact"),
    IndexModel([("former_contacts", ASCENDING)], name="former_contacts", sparse=True),
]
_BOOKED = {"bookable_id": {"$gt": ""}}
_ORGANIZATION = ("organization_id", ASCENDING)
_OF_PROPOSALS = [
    due.INDEX,
    outbox.INDEX,
    IndexModel([("token.hash", ASCENDING)], name="token", unique=True),
    IndexModel([_ORGANIZATION, ("_id", DESCENDING)], name="newest"),
    IndexModel([_ORGANIZATION, ("status", ASCENDING), ("_id", DESCENDING)], name="newest_by_status"),
    ONCE,
    IndexModel(
        [("attendees.staff_id", ASCENDING)],
        name="open_of_staff",
        partialFilterExpression={"status": ProposalStatus.OPEN},
    ),
    IndexModel([("meeting_type.meeting_type_id", ASCENDING)], name="of_type", sparse=True),
    IndexModel([("contact_id", ASCENDING)], name="of_contact", sparse=True),
    IndexModel([_ORGANIZATION, ("erased_at", ASCENDING), ("expires_at", ASCENDING)], name="kept"),
]
_OF_APPOINTMENTS = [
    due.INDEX,
    outbox.INDEX,
    *LINK_INDEXES,
    IndexModel([_ORGANIZATION, ("start_at", ASCENDING), ("_id", ASCENDING)], name="earliest"),
    IndexModel(
        [_ORGANIZATION, ("status", ASCENDING), ("start_at", ASCENDING), ("_id", ASCENDING)],
        name="earliest_by_status",
    ),
    IndexModel([("proposal_id", ASCENDING)], name="proposal"),
    IndexModel([_ORGANIZATION, ("erased_at", ASCENDING), ("start_at", ASCENDING)], name="kept"),
    IndexModel(
        [_ORGANIZATION, ("start_at", ASCENDING), ("_id", ASCENDING)],
        name="earliest_series",
        partialFilterExpression=RECURRING,
    ),
    IndexModel([("meeting_type.meeting_type_id", ASCENDING)], name="of_type", sparse=True),
    IndexModel([("bookable_id", ASCENDING)], name="of_bookable", partialFilterExpression=_BOOKED),
    OF_PAGE,
    *_OF_CONTACT,
    ONCE,
    IndexModel(
        [_ORGANIZATION, ("reception_day", ASCENDING), ("reception_code", ASCENDING)],
        name="reception_code",
        unique=True,
        partialFilterExpression={"reception_day": {"$gt": ""}},
    ),
]


class BookingStore:
    """``proposals`` and ``appointments``; claims move in the same transaction."""

    def __init__(self, client: Client, database: Database, guards: Guards, documents: Documents) -> None:
        self._client = client
        self._guards = guards
        self.documents = documents
        self.proposals: Collection = database["proposals"]
        self.appointments: Collection = database["appointments"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.proposals: _OF_PROPOSALS,
            self.appointments: _OF_APPOINTMENTS,
        }

    async def proposal(self, organization_id: str, proposal_id: str) -> Proposal | None:
        row = await self.proposals.find_one({"_id": proposal_id, "organization_id": organization_id}, PROPOSAL)
        return self.documents.proposal_from(row) if row else None

    async def proposal_by_token(self, token_hash: str) -> Proposal | None:
        row = await self.proposals.find_one({"token.hash": token_hash}, PROPOSAL)
        return self.documents.proposal_from(row) if row else None

    async def proposal_made_by(self, key: str) -> Proposal | None:
        row = await made_under(self.proposals, key, at="created_at", without=PROPOSAL)
        return self.documents.proposal_from(row) if row else None

    async def open_proposals(self, proposal_ids: Sequence[str]) -> list[Proposal]:
        query = {"_id": {"$in": list(proposal_ids)}, "status": ProposalStatus.OPEN}
        return [self.documents.proposal_from(row) for row in await self.proposals.find(query, PROPOSAL).to_list(None)]

    async def open_with(self, organization_id: str, staff_id: str) -> list[Proposal]:
        """Open proposals that this staff member attends."""
        query = {"attendees.staff_id": staff_id, "status": ProposalStatus.OPEN, "organization_id": organization_id}
        return [self.documents.proposal_from(row) for row in await self.proposals.find(query, PROPOSAL).to_list(None)]

    async def seen(self, proposal_id: str, at: datetime) -> None:
        """The guest opened it; the first time stays. Written apart: what staff edit has not changed."""
        await self.proposals.update_one({"_id": proposal_id, "opened_at": None}, {"$set": {"opened_at": at}})

    async def look_later(self, held: dict[str, Any], version: int, at: datetime) -> None:
        """Nothing is due of this version before ``at``."""
        await self.proposals.update_one({**held, "version": version}, {"$set": {"due_at": at}})

    async def appointment(self, organization_id: str, appointment_id: str) -> Appointment | None:
        query = {"_id": appointment_id, "organization_id": organization_id}
        row = await self.appointments.find_one(query, APPOINTMENT)
        return self.documents.appointment_from(row) if row else None

    async def registered_by_token(self, token_hash: str) -> Appointment | None:
        """One that came of no proposal, or whose guest is another than who chose its time, by its guest's link."""
        own = {"$or": [{"token.hash": token_hash, **which} for which in (REGISTERED, ANOTHER_GUESTS)]}
        row = await self.appointments.find_one(own, APPOINTMENT)
        return self.documents.appointment_from(row) if row else None

    async def registered_by(self, key: str) -> Appointment | None:
        row = await made_under(self.appointments, key, at="confirmed_at", without=APPOINTMENT)
        return self.documents.appointment_from(row) if row else None

    async def standing(self, wanted: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        """Those (appointment id, revision) that are confirmed and current (G22)."""
        query = {"_id": {"$in": [appointment_id for appointment_id, _ in wanted]}, "status": "confirmed"}
        rows = await self.appointments.find(query, {"version": 1}).to_list(None)
        return {(row["_id"], row["version"]) for row in rows} & set(wanted)

    async def has_type(self, organization_id: str, meeting_type_id: str) -> bool:
        """Whether a proposal or an appointment was made with it."""
        query = {"meeting_type.meeting_type_id": meeting_type_id, "organization_id": organization_id}
        both = (self.proposals, self.appointments)
        return any([await collection.find_one(query, {"_id": 1}) for collection in both])

    async def has_booked(self, organization_id: str, bookable_id: str) -> bool:
        """Whether an appointment was made with it."""
        query = {"bookable_id": bookable_id, "organization_id": organization_id}
        return await self.appointments.find_one(query, {"_id": 1}) is not None

    async def propose(self, proposal: Proposal, waiting: Sequence[Entry], *, over_held: bool) -> None:
        """Insert with all claims. Raises ``TimeTaken``, ``AlreadyMade``."""
        document = {
            "_id": proposal.proposal_id,
            **self.documents.proposal_state(proposal),
            "origin": origin_state(proposal.origin),
            "reports": {},
            outbox.FIELD: list(waiting),
        }

        async def work(session: Session) -> None:
            try:
                await self.proposals.insert_one(document, session=session)
            except DuplicateKeyError as error:
                raise AlreadyMade(proposal.origin.key if proposal.origin else "") from error
            await self._move(session, proposal.organization_id, set(), proposal.claims(), over_held)

        await mongo.in_transaction(self._client, work)

    async def save_proposal(
        self,
        before: Proposal,
        after: Proposal,
        waiting: Sequence[Entry],
        *,
        over_held: bool = True,
        only: dict[str, Any] | None = None,
    ) -> None:
        """Write ``after`` over ``before`` with the difference of their claims. Raises ``StaleVersion``, ``TimeTaken``.

        ``only`` narrows the write further, such as to a lease that must still be held.
        """

        async def work(session: Session) -> None:
            await self._replace_proposal(session, before, after, waiting, only or {})
            await self._move(session, after.organization_id, before.claims(), after.claims(), over_held)

        await mongo.in_transaction(self._client, work)

    async def confirm(
        self,
        before: Proposal,
        after: Proposal,
        appointment: Appointment,
        waiting: Sequence[Entry],
        still_open: Callable[[], Awaitable[None]],
    ) -> None:
        """Confirm the proposal and make the appointment. ``still_open`` is asked before each attempt, by a plain read:
        losers leave there instead of retrying (architecture.md). What was said of the holds goes along, since both show
        what becomes of them. Raises ``StaleVersion``, ``TimeTaken``.
        """
        document = self._new_appointment(appointment, waiting)
        attempts = 0

        async def work(session: Session) -> None:
            nonlocal attempts
            attempts += 1
            if attempts > 1:
                await still_open()
            said = await self._replace_proposal(session, before, after, [], {})
            await self._guards.move(
                session,
                after.organization_id,
                release=before.claims(),
                take=guarded(appointment),
                over_held=True,
            )
            await self.appointments.insert_one({**document, "reports": said}, session=session)

        await mongo.in_transaction(self._client, work)

    async def register(self, appointment: Appointment, waiting: Sequence[Entry], *, over_held: bool) -> None:
        """Insert with all claims. Raises ``TimeTaken``, and ``DuplicateKeyError`` where its idempotency key or
        reception code is in use.
        """
        document = {**self._new_appointment(appointment, waiting), "reports": {}}

        async def work(session: Session) -> None:
            await self.appointments.insert_one(document, session=session)
            await self._move(session, appointment.organization_id, set(), guarded(appointment), over_held)

        await mongo.in_transaction(self._client, work)

    async def save_appointment(
        self,
        before: Appointment,
        after: Appointment,
        waiting: Sequence[Entry],
        *,
        over_held: bool = True,
        only: dict[str, Any] | None = None,
    ) -> None:
        """Raises ``StaleVersion``, ``TimeTaken``. ``only`` as in ``save_proposal``."""
        which: Document = {
            "_id": before.appointment_id,
            "version": before.version,
            "outcome": before.outcome,
            **(only or {}),
        }

        async def work(session: Session) -> None:
            state = self.documents.appointment_state(after)
            if before.payment is not None and after.payment != before.payment:
                which["payment.step"] = before.payment.step
                state |= payment_state(after.payment)
            change: Document = {"$set": state, "$push": outbox.push(waiting), **former_contact(before, after)}
            result = await self.appointments.update_one(which, change, session=session)
            if not result.matched_count:
                raise StaleVersion(before.appointment_id)
            if after.own_page and not before.own_page and after.proposal_id:
                await self._end_link(session, after.proposal_id)
            await self._move(session, after.organization_id, guarded(before), guarded(after), over_held)

        await mongo.in_transaction(self._client, work)

    async def forget(self, appointment: Appointment, which: Document) -> None:
        """What nobody was told of: it is gone, and its time is free. Nothing happens where it is not ``which``."""

        async def work(session: Session) -> None:
            result = await self.appointments.delete_one({"_id": appointment.appointment_id, **which}, session=session)
            if result.deleted_count:
                await self._move(session, appointment.organization_id, guarded(appointment), set(), True)

        await mongo.in_transaction(self._client, work)

    async def _end_link(self, session: Session, proposal_id: str) -> None:
        """Who chose the time is the guest no more: their page is gone, as one that never was (C9, G23)."""
        ended = {"token.key_id": "", "token.hash": f"ended/{proposal_id}"}
        await self.proposals.update_one({"_id": proposal_id}, {"$set": ended}, session=session)

    async def _replace_proposal(
        self, session: Session, before: Proposal, after: Proposal, waiting: Sequence[Entry], only: dict[str, Any]
    ) -> dict[str, Any]:
        """Answers what was reported about the proposal's holds until then."""
        state = self.documents.proposal_state(after)
        update: Document = {"$set": state, "$push": outbox.push(waiting)}
        if "due_at" not in state:
            update["$unset"] = {"due_at": ""}
        which = {"_id": before.proposal_id, "version": before.version, **only}
        row = await self.proposals.find_one_and_update(which, update, projection={"reports": 1}, session=session)
        if row is None:
            raise StaleVersion(before.proposal_id)
        return {key: told for key, told in row["reports"].items() if key.startswith(HOLD_KEYS)}

    async def _move(
        self, session: Session, organization_id: str, before: Many[Guarded], after: Many[Guarded], over_held: bool
    ) -> None:
        """Nobody contends for what is over: of a series that has begun only what is to come is taken (C1)."""
        now = clock.now()
        release = set(before) - set(after)
        take = {one for one in set(after) - set(before) if not (isinstance(one, Claim) and one.span.end_at <= now)}
        await self._guards.move(session, organization_id, release=release, take=take, over_held=over_held)

    def _new_appointment(self, appointment: Appointment, waiting: Sequence[Entry]) -> Document:
        """All but ``reports``."""
        return {
            "_id": appointment.appointment_id,
            **self.documents.appointment_state(appointment),
            **payment_state(appointment.payment),
            "origin": origin_state(appointment.origin),
            "meeting": None,
            outbox.FIELD: list(waiting),
        }

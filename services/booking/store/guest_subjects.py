"""Appointments and proposals by their guest, and those that are kept no longer: what is erased (X5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.booking.model.erased import erased_appointment, erased_proposal
from services.booking.store.bookings import BookingStore
from services.booking.store.documents import PROPOSAL, payment_state
from services.booking.store.origins import origin_state
from shared.contracts.api.appointments import AppointmentStatus
from shared.contracts.api.proposals import ProposalStatus
from shared.erasing import AT_REST
from shared.messaging import outbox
from shared.mongo import ASCENDING, Collection, Document

_APPOINTMENT = dict.fromkeys(
    ("status", "end_at", "occurrences.end_at", "payment.look_at", "proposal_id", "confirmed_at"), 1
)
_WITHOUT_OUTBOX = {outbox.FIELD: 0}
_NOT_ERASED = {"erased_at": None}


@dataclass(frozen=True)
class Subjects:
    """Ids; ``coming`` are those among them that are still to come, open, or being paid."""

    appointment_ids: list[str]
    proposal_ids: list[str]
    former_ids: list[str]
    coming: list[str]

    @property
    def is_empty(self) -> bool:
        return not (self.appointment_ids or self.proposal_ids or self.former_ids)


class GuestSubjects:
    """A view of ``appointments`` and ``proposals``."""

    def __init__(self, store: BookingStore) -> None:
        self._store = store
        self._appointments: Collection = store.appointments
        self._proposals: Collection = store.proposals

    async def of_contact(self, organization_id: str, contact_id: str, now: datetime, until: datetime) -> Subjects:
        """All that was made until then; a proposal without an address belongs to whoever confirmed it."""
        of_guest = {"organization_id": organization_id, "contact_id": contact_id}
        which = {**of_guest, "confirmed_at": {"$lte": until}}
        rows = await self._appointments.find(which, _APPOINTMENT).to_list(None)
        parents = sorted({row["proposal_id"] for row in rows if row.get("proposal_id")})
        nobodys = {"_id": {"$in": parents}, "organization_id": organization_id, "contact_id": None}
        mine = {**of_guest, "created_at": {"$lte": until}}
        proposals = await self._proposals.find({"$or": [mine, nobodys]}, {"status": 1}).to_list(None)
        former = {"organization_id": organization_id, "former_contacts": contact_id}
        left = await self._appointments.find(former, {"_id": 1}).to_list(None)
        coming = [row["_id"] for row in rows if _is_coming(row, now)]
        coming += [row["_id"] for row in proposals if row["status"] == ProposalStatus.OPEN]
        return Subjects(
            [row["_id"] for row in rows],
            [row["_id"] for row in proposals],
            [row["_id"] for row in left],
            coming,
        )

    async def kept_too_long(self, organization_id: str, until: datetime, limit: int) -> Subjects:
        """What was over before then, the oldest first, each with the proposal that it came of."""
        over: Document = {
            "organization_id": organization_id,
            **_NOT_ERASED,
            **AT_REST,
            "status": {"$in": [AppointmentStatus.CONFIRMED, AppointmentStatus.CANCELED]},
            "start_at": {"$lt": until},
            "end_at": {"$lt": until},
            "occurrences.end_at": {"$not": {"$gte": until}},
        }
        found = self._appointments.find(over, {"proposal_id": 1}).sort("start_at", ASCENDING)
        rows = await found.limit(limit).to_list(None)
        ended: Document = {
            "organization_id": organization_id,
            **_NOT_ERASED,
            **AT_REST,
            "status": {"$in": [ProposalStatus.EXPIRED, ProposalStatus.WITHDRAWN]},
            "expires_at": {"$lt": until},
            "updated_at": {"$lt": until},
            "slots.end_at": {"$not": {"$gte": until}},
        }
        found = self._proposals.find(ended, {"_id": 1}).sort("expires_at", ASCENDING)
        without = await found.limit(limit).to_list(None)
        parents = [row["proposal_id"] for row in rows if row.get("proposal_id")]
        return Subjects([row["_id"] for row in rows], [*parents, *(row["_id"] for row in without)], [], [])

    async def contacts_of(self, appointment_ids: list[str]) -> list[str]:
        which = {"_id": {"$in": appointment_ids}, "contact_id": {"$gt": ""}}
        found: list[str] = await self._appointments.distinct("contact_id", which)
        return found

    async def forget_former(self, appointment_ids: list[str], contact_id: str) -> None:
        """Who was the guest before is known no more."""
        gone = {"$pull": {"former_contacts": contact_id}}
        await self._appointments.update_many({"_id": {"$in": appointment_ids}}, gone)

    async def erase_appointment(self, appointment_id: str, now: datetime) -> bool:
        """False while something of it is to be said, done or came between."""
        row = await self._appointments.find_one({"_id": appointment_id, **_NOT_ERASED}, _WITHOUT_OUTBOX)
        if row is None:
            return True
        if _is_coming(row, now):
            return False
        before = self._store.documents.appointment_from(row)
        after = erased_appointment(before, now)
        apart: dict[str, Any] = {
            "meeting": after.meeting.model_dump() if after.meeting else None,
            "origin": origin_state(after.origin),
            "drifts": {},
            "reports": {},
            **payment_state(after.payment),
        }
        state = {**self._store.documents.appointment_state(after), **apart}
        return await self._write(self._appointments, appointment_id, before.version, state)

    async def erase_proposal(self, proposal_id: str, now: datetime) -> bool:
        """Its link stays where it is another guest's by now, who has an appointment."""
        row = await self._proposals.find_one({"_id": proposal_id, **_NOT_ERASED}, PROPOSAL)
        if row is None:
            return True
        before = self._store.documents.proposal_from(row)
        if before.is_live:
            return False
        lives = {"_id": before.appointment_id, **_NOT_ERASED}
        keeps_link = (
            before.appointment_id is not None and await self._appointments.find_one(lives, {"_id": 1}) is not None
        )
        after = erased_proposal(before, now, keeps_link=keeps_link)
        state = {**self._store.documents.proposal_state(after), "origin": origin_state(after.origin), "reports": {}}
        return await self._write(self._proposals, proposal_id, before.version, state)

    async def _write(self, collection: Collection, an_id: str, version: int, state: Document) -> bool:
        which = {"_id": an_id, "version": version, **AT_REST}
        gone = {"former_contacts": "", "due_at": ""}
        change = {"$set": {k: v for k, v in state.items() if k not in gone}, "$unset": gone}
        return (await collection.update_one(which, change)).modified_count == 1


def _is_coming(row: Document, now: datetime) -> bool:
    """Requests are, and so is what money is still moved for."""
    ends = [one["end_at"] for one in row.get("occurrences") or ()] or [row["end_at"]]
    is_live = row["status"] == AppointmentStatus.CONFIRMED and max(ends) > now
    is_paying = ((row.get("payment") or {}).get("look_at")) is not None
    return is_live or is_paying or row["status"] == AppointmentStatus.REQUESTED

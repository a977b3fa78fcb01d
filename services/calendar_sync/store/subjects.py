"""Proposals and appointments as last heard; notes and links encrypted (G23, G26)."""

import json
from collections.abc import Sequence
from datetime import datetime

from services.calendar_sync.model.series import last_end
from services.calendar_sync.model.subjects import AppointmentState, MeetingState, ProposalState
from services.calendar_sync.model.text import MeetingLink
from shared.contracts.booking import Appointment, Proposal
from shared.crypto import KeyRing
from shared.erasing import FOREVER
from shared.mongo import ASCENDING, Collection, Document, IndexModel, Session

PROPOSAL_INDEXES = (IndexModel([("organization_id", ASCENDING)]),)
"""Also makes the collection: two transactions that each make it would fail one another."""
APPOINTMENT_INDEXES = (IndexModel([("attendee_ids", ASCENDING), ("ends_at", ASCENDING)]),)


class Proposals:
    """The collection ``proposals``."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    async def find(self, proposal_id: str, organization_id: str, session: Session | None = None) -> ProposalState:
        row = await self.collection.find_one({"_id": proposal_id}, session=session)
        if row is None:
            return ProposalState(proposal_id, organization_id)
        known = row.get("proposal")
        return ProposalState(
            proposal_id=proposal_id,
            organization_id=row["organization_id"],
            revision=row["revision"],
            is_open=row["is_open"],
            sealed=row["sealed"],
            proposal=Proposal.model_validate(known) if known else None,
        )

    async def erase(self, proposal_id: str, organization_id: str, session: Session) -> None:
        """Nothing but the id stays (X5), which was there or is heard of later."""
        bare = ProposalState(proposal_id, organization_id, revision=FOREVER, sealed=True)
        await self.keep(bare, session)

    async def keep(self, state: ProposalState, session: Session) -> None:
        values = {
            "organization_id": state.organization_id,
            "revision": state.revision,
            "is_open": state.is_open,
            "sealed": state.sealed,
            "proposal": state.proposal.model_dump(mode="json") if state.proposal else None,
        }
        await self.collection.update_one({"_id": state.proposal_id}, {"$set": values}, upsert=True, session=session)


class Appointments:
    """The collection ``appointments``."""

    def __init__(self, collection: Collection, ring: KeyRing) -> None:
        self.collection = collection
        self._ring = ring

    async def find(self, appointment_id: str, organization_id: str, session: Session | None = None) -> AppointmentState:
        row = await self.collection.find_one({"_id": appointment_id}, session=session)
        if row is None:
            return AppointmentState(appointment_id, organization_id)
        known = row.get("appointment")
        return AppointmentState(
            appointment_id=appointment_id,
            organization_id=row["organization_id"],
            revision=row["revision"],
            canceled=row["canceled"],
            appointment=Appointment.model_validate(known) if known else None,
            note=self._open(appointment_id, "note", row["note"]) if row.get("note") else "",
            meeting=self._meeting(appointment_id, row["meeting"]) if row.get("meeting") else None,
            by_hand=self._link(appointment_id, "by_hand", row["by_hand"]) if row.get("by_hand") else None,
            place=self._open(appointment_id, "place", row["place"]) if row.get("place") else "",
            join_url=self._open(appointment_id, "join_url", row["join_url"]) if row.get("join_url") else "",
            invited_apart=row.get("invited_apart", False),
            guests_row=row.get("guests_row"),
        )

    async def erase(self, appointment_id: str, organization_id: str, session: Session) -> None:
        """Nothing but the id stays (X5), which was there or is heard of later."""
        bare = AppointmentState(
            appointment_id,
            organization_id,
            revision=FOREVER,
            canceled=True,
            meeting=MeetingState((FOREVER, 0, 0), None),
            invited_apart=True,
            guests_row="",
        )
        await self.keep(bare, session)

    async def keep(self, state: AppointmentState, session: Session) -> None:
        appointment = state.appointment
        values: Document = {
            "organization_id": state.organization_id,
            "revision": state.revision,
            "canceled": state.canceled,
            "appointment": appointment.model_dump(mode="json") if appointment else None,
            "attendee_ids": sorted(_people_of(appointment)) if appointment else [],
            "ends_at": last_end(appointment) if appointment else None,
            "note": self._seal(state.appointment_id, "note", state.note) if state.note else None,
            "meeting": self._sealed_meeting(state),
            "by_hand": self._sealed_link(state.appointment_id, "by_hand", state.by_hand) if state.by_hand else None,
            "place": self._seal(state.appointment_id, "place", state.place) if state.place else None,
            "join_url": self._seal(state.appointment_id, "join_url", state.join_url) if state.join_url else None,
            "invited_apart": state.invited_apart,
            "guests_row": state.guests_row,
        }
        await self.collection.update_one({"_id": state.appointment_id}, {"$set": values}, upsert=True, session=session)

    async def coming_of(self, staff_id: str, now: datetime) -> Sequence[tuple[str, str]]:
        """Ids and organizations of live appointments that this person attends or organizes and that are not over."""
        which = {"attendee_ids": staff_id, "ends_at": {"$gt": now}, "canceled": False}
        rows = await self.collection.find(which, {"organization_id": 1}).to_list(None)
        return [(row["_id"], row["organization_id"]) for row in rows]

    def _sealed_meeting(self, state: AppointmentState) -> Document | None:
        if state.meeting is None:
            return None
        link = state.meeting.link
        sealed = self._sealed_link(state.appointment_id, "meeting", link) if link else None
        return {"rank": list(state.meeting.rank), "link": sealed}

    def _meeting(self, appointment_id: str, meeting: Document) -> MeetingState:
        rank = meeting["rank"]
        link = self._link(appointment_id, "meeting", meeting["link"]) if meeting["link"] else None
        return MeetingState((rank[0], rank[1], rank[2]), link)

    def _sealed_link(self, appointment_id: str, field: str, link: MeetingLink) -> str:
        return self._seal(appointment_id, field, json.dumps([link.join_url, link.meeting_id, link.passcode]))

    def _link(self, appointment_id: str, field: str, sealed: str) -> MeetingLink:
        return MeetingLink(*json.loads(self._open(appointment_id, field, sealed)))

    def _seal(self, appointment_id: str, field: str, text: str) -> str:
        return self._ring.encrypt(text.encode(), place=f"appointments/{appointment_id}/{field}")

    def _open(self, appointment_id: str, field: str, sealed: str) -> str:
        return self._ring.decrypt(sealed, place=f"appointments/{appointment_id}/{field}").decode()


def _people_of(appointment: Appointment) -> set[str]:
    """Whose calendars may have an entry: an organizer need not attend (E2)."""
    return {appointment.organizer_id, *(one.staff_id for one in appointment.attendees)}

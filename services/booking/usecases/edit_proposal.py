"""Change, withdraw and expire proposals (R28, R29): holds follow the slots, reopened ones are claimed anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.booking.model.proposal import OfferedSlot, Proposal
from services.booking.model.rooms import Room
from services.booking.model.spans import Span
from services.booking.problems import REQUIRED, SLOT_STAYS, UNKNOWN_SLOT, NotOpen, invalid, taken_at
from services.booking.store.bookings import BookingStore
from services.booking.store.guards import TimeTaken
from services.booking.store.people import PeopleStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.choose_room import ChooseRooms
from services.booking.usecases.choose_tool import ChooseTool
from services.booking.usecases.claimed_slots import Asked, ClaimedSlots
from services.booking.usecases.drafting import (
    WantedSlot,
    check_connections,
    check_expiry,
    check_guest,
    check_modes,
    check_slots,
    ends_at,
    party,
    rooms_asked,
)
from services.booking.usecases.inside_only import check_inside
from shared import clock
from shared.contracts.api.proposals import ProposalPatch, ProposalStatus, SlotPatch, SlotStatus
from shared.contracts.booking import ReasonGone, SlotsChanged
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.people import Guest
from shared.internal import Caller
from shared.messaging.relay import Relay
from shared.problem import Language

_DETAILS = ("title", "guidance", "note", "visibility")


class EditProposal:
    """``PATCH``: kept slots keep their holds, new ones are claimed, missing ones go. Raises ``StaleVersion``."""

    def __init__(
        self,
        people: PeopleStore,
        store: BookingStore,
        claimed: ClaimedSlots,
        rooms: ChooseRooms,
        choose_tool: ChooseTool,
        announcer: Announcer,
        relay: Relay,
    ) -> None:
        self._people = people
        self._store = store
        self._claimed = claimed
        self._rooms = rooms
        self._choose_tool = choose_tool
        self._announcer = announcer
        self._relay = relay

    async def __call__(self, before: Proposal, wanted: ProposalPatch, caller: Caller) -> Proposal:
        if before.status not in (ProposalStatus.OPEN, ProposalStatus.EXPIRED):
            raise NotOpen()
        now = clock.now()
        tool = await self._choose_tool.next(before, wanted, caller)
        edited = _with_details(before, wanted).model_copy(update=tool.members())
        edited = await self._with_party(before, edited, wanted, caller)
        check_guest(edited.guest, edited.send_mail or wanted.send_mail, caller.language)
        if wanted.send_mail or edited.guest.email != before.guest.email:
            organization = await self._people.organization(before.organization_id)
            await check_inside(self._people, organization, edited.guest.email, caller.language)
        check_expiry(wanted.expires_at, now, caller.language)
        kept, new = _slots(before, wanted.slots, caller.language)
        check_slots(new, [slot.span for slot in kept], edited.time_zone, now, caller.language)
        rooms = await self._rooms_of(before, edited, kept, new, caller.language)
        asked = _asked(before, edited, kept, [(slot.index, slot.offered(rooms)) for slot in new], now)
        accepted = await self._claimed.accepted(
            edited.organization_id, asked, allow_overlap=wanted.allow_overlap, language=caller.language
        )
        after = _settled(before, _with_slots(edited, kept, accepted), wanted, now)
        if _same(before, after) and not wanted.send_mail:
            return before
        mails = [(Purpose.SLOTS_CHANGED, Audience.GUEST)] if wanted.send_mail else []
        after = after.expecting(before, *mails)
        waiting = self._announcer.of_proposal(
            SlotsChanged,
            after,
            caller.cause(),
            reason=ReasonGone.EDITED,
            mail_guest=wanted.send_mail,
        )
        try:
            await self._store.save_proposal(before, after, waiting, over_held=wanted.allow_overlap)
        except TimeTaken as error:
            pointers = await self._claimed.taken(after, asked, over_held=wanted.allow_overlap)
            raise taken_at(caller.language, pointers) from error
        self._relay.publish_soon(self._store.proposals, after.proposal_id, waiting)
        return after

    async def _rooms_of(
        self,
        before: Proposal,
        edited: Proposal,
        kept: Sequence[OfferedSlot],
        new: Sequence[WantedSlot],
        language: Language,
    ) -> Mapping[str, Room]:
        """Another organizer must be able to book the rooms of slots that stay, too."""
        asked, stay = rooms_asked(new), list[str]()
        if edited.organizer_id != before.organizer_id:
            stay = [slot.room_id for slot in kept if slot.room_id]
        if not asked and not stay:
            return {}
        known = await self._people.staff_of(edited.organization_id, [edited.organizer_id])
        return await self._rooms(asked, known[edited.organizer_id], language, stay=stay)

    async def _with_party(
        self, before: Proposal, proposal: Proposal, wanted: ProposalPatch, caller: Caller
    ) -> Proposal:
        """Attendees and organizer as wanted; the organizer stays where they still attend."""
        check_modes(proposal.kind, wanted.issue_reception_code, wanted.issue_web_meeting)
        touched = {"attendee_ids", "organizer_id", "kind"} & wanted.model_fields_set
        if not touched and proposal.wants_zoom == before.wants_zoom:
            return proposal
        attendee_ids = wanted.attendee_ids or proposal.attendee_ids
        stays = proposal.organizer_id if proposal.organizer_id in attendee_ids else None
        people = await party(
            self._people,
            proposal.organization_id,
            proposal.creator.staff_id,
            attendee_ids,
            wanted.organizer_id or stays,
            caller.language,
        )
        check_connections(proposal.kind, people.organizer, zoom=proposal.wants_zoom)
        return proposal.model_copy(
            update={
                "attendees": [person.as_attendee() for person in people.attendees],
                "organizer_id": people.organizer.staff_id,
                "with_calendar": people.with_calendar,
                "zoom_user_id": people.organizer.zoom_user_id if proposal.wants_zoom else None,
            }
        )


def _with_details(before: Proposal, wanted: ProposalPatch) -> Proposal:
    given = wanted.model_fields_set
    changes: dict[str, object] = {
        name: getattr(wanted, name) for name in _DETAILS if name in given and getattr(wanted, name) is not None
    }
    if wanted.guest is not None:
        changes["guest"] = Guest(**wanted.guest.model_dump())
    if "address" in given:
        changes["address"] = wanted.address or None
    if wanted.send_mail:
        changes["send_mail"] = True
    return before.model_copy(update=changes)


def _slots(
    before: Proposal, wanted: Sequence[SlotPatch] | None, language: Language
) -> tuple[list[OfferedSlot], list[WantedSlot]]:
    """Slots that stay and new ones. One that is over may be sent back as it was received, and stays over. Raises 422
    where an id is not an open slot, its times would change, or none would be left.
    """
    if wanted is None:
        return before.open_slots, []
    kept: list[OfferedSlot] = []
    new: list[WantedSlot] = []
    errors = []
    for index, slot in enumerate(wanted):
        if slot.id is not None:
            known = before.slot(slot.id)
            over = known is not None and known.status is not SlotStatus.OPEN
            if known is None or known in kept or (over and slot.status is not known.status):
                errors.append((f"/slots/{index}/id", UNKNOWN_SLOT))
            elif _differs(known, slot):
                errors.append((f"/slots/{index}/id", SLOT_STAYS))
            elif not over:
                kept.append(known)
        elif slot.start is None or slot.end is None:
            errors.append((f"/slots/{index}/{'start' if slot.start is None else 'end'}", REQUIRED))
        else:
            new.append(WantedSlot(index, Span(slot.start, slot.end), slot.room_id))
    if not errors and before.open_slots and not kept and not new:
        errors.append(("/slots", REQUIRED))
    if errors:
        raise invalid(language, *errors)
    return kept, new


def _differs(known: OfferedSlot, wanted: SlotPatch) -> bool:
    room_id = wanted.room_id if "room_id" in wanted.model_fields_set else known.room_id
    asked = (wanted.start or known.start_at, wanted.end or known.end_at, room_id)
    return asked != (known.start_at, known.end_at, known.room_id)


def _asked(
    before: Proposal,
    edited: Proposal,
    kept: Sequence[OfferedSlot],
    new: Sequence[tuple[int, OfferedSlot]],
    now: datetime,
) -> list[Asked]:
    """New slots are asked of everybody, kept ones of attendees who come to them."""
    asked = [Asked.anew(index, slot, edited) for index, slot in new]
    newcomers = [staff_id for staff_id in edited.attendee_ids if staff_id not in before.attendee_ids]
    if newcomers:
        asked += [Asked("/attendee_ids", slot, newcomers) for slot in kept if slot.start_at > now]
    return asked


def _with_slots(edited: Proposal, kept: Sequence[OfferedSlot], accepted: Sequence[OfferedSlot]) -> Proposal:
    stays = {slot.slot_id for slot in kept}
    gone = {slot.slot_id: SlotStatus.WITHDRAWN for slot in edited.open_slots if slot.slot_id not in stays}
    edited = edited.with_status_of(gone)
    anew = {slot.slot_id: slot for slot in accepted}
    slots = {slot.slot_id: slot for slot in edited.slots} | anew
    return edited.model_copy(update={"slots": list(slots.values())})


def _settled(before: Proposal, edited: Proposal, wanted: ProposalPatch, now: datetime) -> Proposal:
    """With its new expiry and version; new slots, or a new expiry, reopen an expired one."""
    changes: dict[str, object] = {"version": before.version + 1, "updated_at": now}
    coming = [slot.span for slot in edited.open_slots if slot.start_at > now]
    if len(edited.slots) > len(before.slots):
        # The guest's wish for other slots is answered, and so is what was said of few; either is told again.
        changes |= {"asked_again_at": None, "low_told_at": None}
    if coming and (wanted.slots is not None or "expires_at" in wanted.model_fields_set):
        given = _given_expiry(before, wanted, now)
        expires_at = ends_at(given, coming, before.created_at)
        if before.status is ProposalStatus.EXPIRED or expires_at <= now:
            expires_at = ends_at(given, coming, now)
        changes |= {"status": ProposalStatus.OPEN, "expires_given": given is not None, "expires_at": expires_at}
    return edited.model_copy(update=changes)


def _given_expiry(before: Proposal, wanted: ProposalPatch, now: datetime) -> datetime | None:
    """What was asked for, now or before, unless that is over."""
    if "expires_at" in wanted.model_fields_set:
        return wanted.expires_at
    return before.expires_at if before.expires_given and before.expires_at > now else None


def _same(before: Proposal, after: Proposal) -> bool:
    apart = {"version", "updated_at", "expected"}
    return before.model_dump(exclude=apart) == after.model_dump(exclude=apart)

"""Make a proposal: its slots are claimed in the same transaction, and from then on nobody else can have them."""

from datetime import timedelta

from services.booking.model.proposal import OfferedSlot, Origin, Proposal
from services.booking.problems import taken_at
from services.booking.store.bookings import AlreadyMade, BookingStore
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
    organization_of,
    party,
    rooms_asked,
)
from services.booking.usecases.inside_only import check_inside
from services.booking.usecases.links import Links
from services.booking.usecases.origins import check_repeated, origin_of
from shared import clock
from shared.contracts.api.proposals import ProposalCreate
from shared.contracts.booking import ProposalEvent, SlotsProposed
from shared.contracts.envelope import CloudEvent
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.people import Guest
from shared.ids import new_id
from shared.internal import Caller
from shared.messaging.relay import Relay


class ProposeSlots:
    """R6, R10-R16; the same request under the same Idempotency-Key makes one proposal."""

    def __init__(
        self,
        people: PeopleStore,
        store: BookingStore,
        claimed: ClaimedSlots,
        rooms: ChooseRooms,
        choose_tool: ChooseTool,
        announcer: Announcer,
        links: Links,
        relay: Relay,
        unanswered_after: timedelta,
    ) -> None:
        self._people = people
        self._store = store
        self._claimed = claimed
        self._rooms = rooms
        self._choose_tool = choose_tool
        self._announcer = announcer
        self._links = links
        self._relay = relay
        self._unanswered_after = unanswered_after

    async def __call__(self, wanted: ProposalCreate, caller: Caller, fingerprint: str) -> Proposal:
        origin = origin_of(caller, fingerprint)
        made = await self._made_before(origin)
        if made is not None:
            return made
        proposal, slots = await self._draft(wanted, caller)
        asked = [Asked.anew(index, slot, proposal) for index, slot in enumerate(slots)]
        accepted = await self._claimed.accepted(
            proposal.organization_id, asked, allow_overlap=wanted.allow_overlap, language=caller.language
        )
        proposal = proposal.model_copy(update={"slots": accepted, "origin": origin})
        mails = [(Purpose.PROPOSED, side) for side in (Audience.GUEST, Audience.STAFF)] if wanted.send_mail else []
        proposal = proposal.expecting(None, *mails)
        waiting = self._announcer.of_proposal(SlotsProposed, proposal, caller.cause())
        try:
            await self._store.propose(proposal, waiting, over_held=wanted.allow_overlap)
        except AlreadyMade:
            made = await self._made_before(origin)
            assert made is not None
            return made
        except TimeTaken as error:
            pointers = await self._claimed.taken(proposal, asked, over_held=wanted.allow_overlap)
            raise taken_at(caller.language, pointers) from error
        self._relay.publish_soon(self._store.proposals, proposal.proposal_id, waiting)
        return proposal

    async def preview(self, wanted: ProposalCreate, caller: Caller) -> CloudEvent[ProposalEvent]:
        """The event that would be published, of a proposal that is stored nowhere (R17)."""
        proposal, _ = await self._draft(wanted, caller)
        return self._announcer.proposal_event(SlotsProposed, proposal, caller.cause())

    async def _made_before(self, origin: Origin | None) -> Proposal | None:
        made = await self._store.proposal_made_by(origin.key) if origin else None
        if made is None or origin is None:
            return None
        check_repeated(origin, made.origin)
        return made

    async def _draft(self, wanted: ProposalCreate, caller: Caller) -> tuple[Proposal, list[OfferedSlot]]:
        tool = await self._choose_tool.first(wanted, caller)
        check_modes(tool.kind, wanted.issue_reception_code, wanted.issue_web_meeting)
        guest = Guest(**wanted.guest.model_dump())
        check_guest(guest, wanted.send_mail, caller.language)
        organization = await organization_of(self._people, caller.organization_id)
        await check_inside(self._people, organization, guest.email, caller.language)
        now = clock.now()
        check_expiry(wanted.expires_at, now, caller.language)
        people = await party(
            self._people,
            caller.organization_id,
            caller.staff_id,
            wanted.attendee_ids or [caller.staff_id],
            wanted.organizer_id,
            caller.language,
        )
        check_connections(tool.kind, people.organizer, zoom=tool.wants_zoom)
        slots = [WantedSlot.of(index, slot.start, slot.end, slot.room_id) for index, slot in enumerate(wanted.slots)]
        check_slots(slots, [], organization.time_zone, now, caller.language)
        rooms = await self._rooms(rooms_asked(slots), people.organizer, caller.language)
        offered = [slot.offered(rooms) for slot in slots]
        proposal_id = new_id("prp")
        return Proposal(
            proposal_id=proposal_id,
            organization_id=caller.organization_id,
            title=wanted.title,
            creator=people.creator,
            organizer_id=people.organizer.staff_id,
            attendees=[person.as_attendee() for person in people.attendees],
            with_calendar=people.with_calendar,
            zoom_user_id=people.organizer.zoom_user_id if tool.wants_zoom else None,
            slots=offered,
            guest=guest,
            send_mail=wanted.send_mail,
            guidance=wanted.guidance,
            note=wanted.note,
            visibility=wanted.visibility,
            address=wanted.address or None,
            expires_at=ends_at(wanted.expires_at, [slot.span for slot in offered], now),
            expires_given=wanted.expires_at is not None,
            unanswered_at=now + self._unanswered_after,
            time_zone=organization.time_zone,
            locale=organization.locale,
            token=self._links.new_source(proposal_id),
            created_at=now,
            updated_at=now,
            **tool.members(),
        ), offered

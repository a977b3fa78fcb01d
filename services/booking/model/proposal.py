"""A proposal as booking keeps it: several slots offered to one guest, of which at most one becomes confirmed."""

from typing import Self

from pydantic import AwareDatetime, Field

from services.booking.model.claims import Claim, ClaimKind, resources
from services.booking.model.effects import HOLD_KEYS, Expected, Report, hold_key, holds, is_troubled, shown
from services.booking.model.spans import Span
from services.booking.model.titles import title_of
from shared.contracts import booking as contract
from shared.contracts.api.effects import Effect
from shared.contracts.api.proposals import Platform, ProposalStatus, SlotStatus
from shared.contracts.booking import Attendee, Kind, Visibility
from shared.contracts.envelope import Value
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.people import Guest
from shared.contracts.reveal import Reveal


class ToleratedEntry(Value):
    """Somebody's busy entry that was there when the slot was proposed with ``allow_overlap`` (G2). ``entry`` is the
    provider's, or None where only the cells of the copy were known.
    """

    staff_id: str
    entry: str | None
    start_at: AwareDatetime
    end_at: AwareDatetime


class OfferedSlot(Value):
    """Its times never change under its id. ``seen`` are attendees whose calendar was looked at when it was proposed,
    since their copy did not reach there.
    """

    slot_id: str
    start_at: AwareDatetime
    end_at: AwareDatetime
    room_id: str | None = None
    room_name: str | None = None
    status: SlotStatus = SlotStatus.OPEN
    tolerated: list[ToleratedEntry] = Field(default_factory=list)
    seen: list[str] = Field(default_factory=list)

    @property
    def span(self) -> Span:
        return Span(self.start_at, self.end_at)


class TokenSource(Value):
    """What a guest's token is derived from (G23); only its hash is looked up, the token itself is stored nowhere."""

    key_id: str
    generation: int
    hash: str


class Origin(Value):
    """The request that made a document: its idempotency key (scoped to the caller) and a fingerprint of its body."""

    key: str
    fingerprint: str


class Proposal(Value):
    """``title`` and ``expires_at`` as given may be empty: ``shown_title`` and ``ends_at`` are what counts."""

    proposal_id: str
    organization_id: str
    version: int = 1
    status: ProposalStatus = ProposalStatus.OPEN
    kind: Kind
    title: str
    creator: Attendee
    organizer_id: str
    attendees: list[Attendee]
    with_calendar: list[str]
    """Attendees whose calendar was linked: where holds are put."""
    zoom_user_id: str | None
    slots: list[OfferedSlot]
    guest: Guest
    send_mail: bool
    guidance: str
    note: str
    visibility: Visibility
    platform: Platform
    address: str | None
    place: str = ""
    """The URL or text of another tool than Zoom; encrypted at rest."""
    meeting_type: contract.MeetingTypeRef | None = None
    reveal: Reveal = Reveal()
    expires_at: AwareDatetime
    expires_given: bool
    time_zone: str
    locale: str
    token: TokenSource
    created_at: AwareDatetime
    updated_at: AwareDatetime
    asked_again_at: AwareDatetime | None = None
    guest_message: str = ""
    unanswered_at: AwareDatetime | None = None
    """When staff are told that the guest has not answered (X12); None once that is settled."""
    opened_at: AwareDatetime | None = None
    low_told_at: AwareDatetime | None = None
    """Since when staff know that few slots remain (X10); None again once they added some."""
    appointment_id: str | None = None
    origin: Origin | None = None
    expected: list[Expected] = Field(default_factory=list)
    reports: dict[str, Report] = Field(default_factory=dict)
    erased_at: AwareDatetime | None = None
    """Since when nothing is known of the guest (X5)."""

    @property
    def is_troubled(self) -> bool:
        """Whether an effect failed or waits to be tried again."""
        return is_troubled(shown(self.expected, self.reports))

    @property
    def shown_title(self) -> str:
        return title_of(self.title, self.guest)

    @property
    def wants_zoom(self) -> bool:
        """Whether a Zoom meeting is issued once it is confirmed."""
        return self.kind is Kind.WEB and self.platform is Platform.ZOOM

    @property
    def attendee_ids(self) -> list[str]:
        return [attendee.staff_id for attendee in self.attendees]

    @property
    def open_slots(self) -> list[OfferedSlot]:
        return [slot for slot in self.slots if slot.status is SlotStatus.OPEN]

    @property
    def is_live(self) -> bool:
        return self.status is ProposalStatus.OPEN

    def slot(self, slot_id: str) -> OfferedSlot | None:
        return next((slot for slot in self.slots if slot.slot_id == slot_id), None)

    def remaining(self, now: AwareDatetime) -> list[OfferedSlot]:
        """Open slots that have not passed."""
        return [slot for slot in self.open_slots if slot.start_at > now]

    def next_look_at(self, now: AwareDatetime) -> AwareDatetime | None:
        """When something is to be done without anybody asking: it expires (R29), lies unanswered (X12), or a slot
        passes and few remain (X10).
        """
        if not self.is_live:
            return None
        passing = [] if self.low_told_at else [slot.start_at for slot in self.remaining(now)]
        return min(filter(None, (self.expires_at, self.unanswered_at, *passing)))

    def takes_part(self, staff_id: str) -> bool:
        return staff_id in (self.creator.staff_id, self.organizer_id, *self.attendee_ids)

    def claims(self) -> set[Claim]:
        """What an open proposal holds (G2): each slot for every attendee, its room and the Zoom user."""
        if not self.is_live:
            return set()
        return {
            Claim(resource, ClaimKind.HELD, self.proposal_id, slot.slot_id, slot.span)
            for slot in self.open_slots
            for resource in resources(self.attendee_ids, slot.room_id, self.zoom_user_id)
        }

    def with_status_of(self, gone: dict[str, SlotStatus]) -> Self:
        """The same with some slots' status changed."""
        slots = [
            slot.model_copy(update={"status": gone[slot.slot_id]}) if slot.slot_id in gone else slot
            for slot in self.slots
        ]
        return self.model_copy(update={"slots": slots})

    def expecting(self, before: "Proposal | None", *mails: tuple[Purpose, Audience]) -> Self:
        """The same with the closed list of effects of the transition that led from ``before`` to here."""
        kept = {item.of: item for item in before.expected if item.effect is Effect.MAIL} if before else {}
        for purpose, audience in mails:
            kept[audience] = Expected(
                effect=Effect.MAIL, of=audience, keys=[f"mail:{purpose}:{audience}"], since=self.version
            )
        wanted = self._wanted_holds()
        over = [key for key in before._holds_known() if key not in wanted] if before else []
        expected = [*holds(wanted, Effect.HOLD), *holds(over, Effect.HOLD_RELEASE), *kept.values()]
        return self.model_copy(update={"expected": expected})

    @property
    def releases(self) -> list[Expected]:
        """The holds that are to go."""
        return [item for item in self.expected if item.effect is Effect.HOLD_RELEASE]

    def _wanted_holds(self) -> list[str]:
        slots = self.open_slots if self.is_live else []
        return [hold_key(staff_id, slot.slot_id) for staff_id in self.with_calendar for slot in slots]

    def _holds_known(self) -> list[str]:
        """All that were ever wanted or reported, of attendees who left and of slots that are over too."""
        expected = [key for item in self.expected for key in item.keys]
        return [key for key in dict.fromkeys([*expected, *self.reports]) if key.startswith(HOLD_KEYS)]

    def as_contract(self) -> contract.Proposal:
        """As events carry it: open slots only."""
        return contract.Proposal(
            proposal_id=self.proposal_id,
            kind=self.kind,
            title=self.shown_title,
            organizer_id=self.organizer_id,
            creator=self.creator,
            attendees=self.attendees,
            slots=[
                contract.Slot(
                    slot_id=slot.slot_id,
                    start_at=slot.start_at,
                    end_at=slot.end_at,
                    room_id=slot.room_id,
                    room_name=slot.room_name,
                )
                for slot in (self.open_slots if self.is_live else [])
            ],
            guest=self.guest,
            visibility=self.visibility,
            platform=self.platform,
            address=self.address,
            send_mail=self.send_mail,
            expires_at=self.expires_at,
            time_zone=self.time_zone,
            locale=self.locale,
            meeting_type=self.meeting_type,
        )

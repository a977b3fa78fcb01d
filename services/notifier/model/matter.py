"""A matter is what mails are about: one proposal, appointment or staff member, with everything heard of it.

All that is heard is merged so that order and repetition make no difference: newest state by revision, notices by key.
What became of each mail stands beside it as deliveries.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import AwareDatetime, Field

from services.notifier.model.templates import Breakage
from shared.contracts import actors
from shared.contracts.booking import Appointment, EndOfRequest, FormerGuest, Occurrence, Proposal
from shared.contracts.envelope import Value
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.people import Person
from shared.contracts.provider_calls import ProviderCall
from shared.contracts.zoom_issuer import MeetingErrorCode

OF_STAFF = "staff"


def address_mark(email: str) -> str:
    """Tells guests apart without showing them; empty of nobody."""
    return hashlib.sha256(email.casefold().encode()).hexdigest()[:16] if email else ""


_BY_GUESTS = (Purpose.RESCHEDULED, Purpose.CANCELED, Purpose.DECLINED)
"""What guests do themselves; a request that they take back comes to nothing too (H4)."""


class Status(StrEnum):
    """``open``: rendered and not yet taken by the mail server; the others are final."""

    OPEN = "open"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Chain(Value):
    """The event that a mail follows from, who began it, and its trace."""

    causation_id: str
    correlation_id: str
    actor: str = actors.SYSTEM
    traceparent: str | None = None


class DisabledWebhook(Value):
    """An endpoint that gets no more webhooks (X1): ``problem`` is its last answer's status, or a word for it."""

    url: str
    gone: bool
    problem: str
    since: AwareDatetime


class Notice(Value):
    """A reason to mail. ``tag`` tells notices of one revision and purpose apart where there may be several.

    ``words`` is what somebody wrote, ``url`` a page for this reader alone, both encrypted at rest. What follows belongs
    to one purpose each; ``person`` gets the mail whatever else is known of them by then.
    """

    purpose: Purpose
    revision: int
    audiences: tuple[Audience, ...]
    at: AwareDatetime
    chain: Chain
    tag: str = ""
    words: str | None = None
    url: str | None = None
    person: Person | None = None
    invited_by: Person | None = None
    locale: str = ""
    expires_at: AwareDatetime | None = None
    previous_start_at: AwareDatetime | None = None
    previous_end_at: AwareDatetime | None = None
    start_at: AwareDatetime | None = None
    original_start_at: AwareDatetime | None = None
    provider: str = ""
    account: str = ""
    same_day_left: bool = False
    error: MeetingErrorCode | None = None
    retry_at: AwareDatetime | None = None
    minimum: int = 0
    opened: bool = False
    breakage: Breakage | None = None
    webhook: DisabledWebhook | None = None
    tells_link: bool = False
    former_guest: FormerGuest | None = None
    end_of_request: EndOfRequest | None = None
    """Of what was never confirmed: nobody was invited (H4)."""
    occurrence: Occurrence | None = None
    """The one of a series that this is about (E6); None: all of it."""

    @property
    def by_guest(self) -> bool:
        """The guest did it themselves (H10)."""
        return self.chain.actor == actors.GUEST and self.purpose in _BY_GUESTS

    @property
    def key(self) -> str:
        return ":".join(filter(None, (self.purpose, str(self.revision), self.tag)))

    def delivery_key(self, audience: Audience) -> str:
        """Names one mail for ever (G10)."""
        return f"{self.key}:{audience}"


class Meeting(Value):
    """The newest known link: ``sealed`` (encrypted at rest) is absent once revoked; ``link`` is its fingerprint."""

    revision: int
    at: AwareDatetime
    chain: Chain
    sealed: str | None = None
    link: str = ""


class Entry(Value):
    """What calendar_sync said last of the guest in one person's entry (H9); ``by_provider``: who is in it was invited
    by the provider itself; ``has_invited``: so was the guest, by this entry or by one that stood in its place.
    """

    revision: int
    at: AwareDatetime
    uid: str
    with_guest: bool
    by_provider: bool = False
    has_invited: bool = False


class Trouble(Value):
    """The newest failure to issue a link; ``retry_at`` absent: final."""

    revision: int
    at: AwareDatetime
    error: MeetingErrorCode
    retry_at: AwareDatetime | None
    needs_attention: bool = False

    @property
    def lasts(self) -> bool:
        """Whether the link hardly comes unless somebody acts."""
        return self.retry_at is None or self.needs_attention


class Delivery(Value):
    """One mail to one side. ``message`` (encrypted) is kept while it may have arrived, so that a repeat has the same
    bytes; ``unsure`` says that it may have, because an answer was lost. ``fell_back``: in our words, since the
    organization's own template failed. ``link`` and ``own_link`` are fingerprints of what it tells: the meeting's link
    and ours (X9); ``to`` is the guest's address, made unreadable. ``uid`` and ``organizer`` are its invitation's where
    that is the entry's (G14).
    """

    status: Status
    purpose: Purpose
    revision: int
    audience: Audience
    tag: str = ""
    message_id: str = ""
    message: str | None = None
    recipients: list[str] = Field(default_factory=list)
    accepted: int = 0
    refused: int = 0
    tries: int = 0
    unsure: bool = False
    next_at: AwareDatetime | None = None
    link: str = ""
    own_link: str = ""
    to: str = ""
    sequence: int = -1
    uid: str = ""
    organizer: str = ""
    fell_back: bool = False
    reason: str = ""
    ended_at: AwareDatetime | None = None
    calls: list[ProviderCall] = Field(default_factory=list)

    @property
    def with_meeting(self) -> bool:
        return bool(self.link or self.own_link)

    def tells(self, link: str, own_link: str) -> bool:
        """Whether this mail tells a way to join, and each way that it tells is still good (G12, X9)."""
        return self.with_meeting and self.link in ("", link) and self.own_link in ("", own_link)

    @property
    def is_told(self) -> bool:
        """The mail server took it for somebody."""
        return self.status is Status.SENT or self.accepted > 0

    def unwritten(self) -> Self:
        """Certainly not taken by the mail server: it may be written anew from what is known then."""
        forgotten: dict[str, Any] = {
            "message": None,
            "message_id": "",
            "recipients": [],
            "refused": 0,
            "link": "",
            "own_link": "",
            "sequence": -1,
            "uid": "",
            "organizer": "",
            "fell_back": False,
        }
        return self.model_copy(update=forgotten)

    def anew(self) -> Self:
        """As if it had not failed."""
        return self.unwritten().model_copy(update={"status": Status.OPEN, "tries": 0, "reason": "", "ended_at": None})


class Matter(Value):
    """``revision`` is that of the newest state; ``closed`` names how it ended for good, ``secrets`` belong to the
    newest state and are encrypted at rest, and so does the link ``by_hand`` that staff entered (C4); ``place`` stands
    for the URL or text of another tool (C5); ``guest_link`` is the fingerprint of the guest's join link (X9).
    ``entries`` are by staff id. ``retried`` and ``given_up`` are an operator's words on mails, by key (X7).
    """

    about: str
    organization_id: str
    revision: int = 0
    proposal: Proposal | None = None
    appointment: Appointment | None = None
    secrets: str | None = None
    guest_link: str = ""
    closed: str = ""
    meeting: Meeting | None = None
    by_hand: Meeting | None = None
    place: Meeting | None = None
    trouble: Trouble | None = None
    entries: dict[str, Entry] = Field(default_factory=dict)
    notices: dict[str, Notice] = Field(default_factory=dict)
    deliveries: dict[str, Delivery] = Field(default_factory=dict)
    retried: dict[str, AwareDatetime] = Field(default_factory=dict)
    given_up: list[str] = Field(default_factory=list)

    def with_proposal(self, revision: int, proposal: Proposal, secrets: str) -> Self:
        if revision <= self.revision:
            return self
        return self.model_copy(update={"revision": revision, "proposal": proposal, "secrets": secrets})

    def with_appointment(
        self,
        revision: int,
        appointment: Appointment,
        secrets: str,
        *,
        guest_link: str = "",
        by_hand: Meeting | None = None,
        place: Meeting | None = None,
    ) -> Self:
        if revision <= self.revision:
            return self
        links = {"guest_link": guest_link, "by_hand": by_hand, "place": place}
        newest = {"revision": revision, "appointment": appointment, "secrets": secrets}
        return self.model_copy(update={**newest, **links})

    def with_end(self, how: str) -> Self:
        """Withdrawn and canceled are final, whatever else arrives."""
        return self if self.closed else self.model_copy(update={"closed": how})

    def with_notice(self, notice: Notice) -> Self:
        if notice.key in self.notices:
            return self
        return self.model_copy(update={"notices": {**self.notices, notice.key: notice}})

    def with_meeting(self, meeting: Meeting) -> Self:
        known = self.meeting
        if known and (known.revision, known.at) >= (meeting.revision, meeting.at):
            return self
        return self.model_copy(update={"meeting": meeting})

    def with_entry(self, staff_id: str, entry: Entry) -> Self:
        known = self.entries.get(staff_id)
        if known and (known.revision, known.at) >= (entry.revision, entry.at):
            return self
        invites = entry.by_provider and entry.with_guest
        entry = entry.model_copy(update={"has_invited": invites or bool(known and known.has_invited)})
        return self.model_copy(update={"entries": {**self.entries, staff_id: entry}})

    def with_trouble(self, trouble: Trouble) -> Self:
        known = self.trouble
        if known and (known.revision, known.at) >= (trouble.revision, trouble.at):
            return self
        return self.model_copy(update={"trouble": trouble})

    def with_retry(self, key: str, at: datetime) -> Self:
        left = [other for other in self.given_up if other != key]
        return self.model_copy(update={"retried": {**self.retried, key: at}, "given_up": left})

    def with_given_up(self, key: str) -> Self:
        return self.model_copy(update={"given_up": [*self.given_up, key]}) if key not in self.given_up else self

    def is_to_go_out(self, key: str) -> bool:
        """Whether it did not end yet, or failed and is tried again since an operator wants it."""
        delivery, again_at = self.deliveries.get(key), self.retried.get(key)
        if delivery is None or delivery.status is Status.OPEN:
            return True
        failed_at = delivery.ended_at if delivery.status is Status.FAILED else None
        return failed_at is not None and again_at is not None and again_at > failed_at

    def with_deliveries(self, changed: dict[str, Delivery]) -> Self:
        return self.model_copy(update={"deliveries": {**self.deliveries, **changed}})

    @property
    def joining(self) -> Meeting | None:
        """How to join now: what staff entered, else what was issued where one is wanted, else another tool."""
        wanted = self.appointment is not None and self.appointment.wants_meeting
        return self.by_hand or (self.meeting if wanted else self.place)

    @property
    def link(self) -> str:
        """The fingerprint of the link that is valid now, or empty."""
        return self.joining.link if self.joining else ""

    def link_comes_at(self, audience: Audience, at: datetime) -> datetime | None:
        """When this side learns how to join, where that is not told yet (C7). Staff always know."""
        appointment = self.appointment
        if appointment is None or audience is not Audience.GUEST:
            return None
        link_at = appointment.link_at
        return link_at if link_at is not None and at < link_at else None

    def as_known_to(self, former: FormerGuest) -> Self:
        """As it was when the former guest was told of it last: nothing of whoever took their place (G23)."""
        if self.appointment is None:
            return self
        known = self.appointment.model_copy(update={name: getattr(former, name) for name in FormerGuest.model_fields})
        return self.model_copy(update={"appointment": known, "meeting": None, "by_hand": None, "place": None})

    @property
    def guest_mark(self) -> str:
        return address_mark(self.appointment.guest.email) if self.appointment else ""

    def own_link(self, audience: Audience) -> str:
        """The fingerprint of our link for this side: the guest's own; that of staff asks who they are and stays."""
        return self.guest_link if audience is Audience.GUEST else OF_STAFF

    def hopeless_until(self, until: datetime) -> bool:
        """Whether the link certainly does not come before ``until``: issuing failed for good or is put off longer."""
        if self.trouble is None or (self.appointment and self.trouble.revision < self.appointment.revision):
            return False
        return self.trouble.lasts or self.trouble.retry_at is None or self.trouble.retry_at > until

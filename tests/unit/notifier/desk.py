"""notifier's real use cases over a matter in memory, a clock that tests turn, and a mail server that fails at will."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from icalendar import Calendar

from services.notifier.model.matter import Delivery, Matter
from services.notifier.model.people import Organization, StaffMember
from services.notifier.model.templates import MailTemplate
from services.notifier.providers.smtp import Receipt
from services.notifier.store import Safe
from services.notifier.subscribers import Subscribers
from services.notifier.usecases.compose import ComposeMail, Sender
from services.notifier.usecases.deliver import DeliverMails, Patience
from services.notifier.usecases.hear import HearOfMatters
from services.notifier.usecases.word import WordMail
from shared.contracts.envelope import CloudEvent
from shared.crypto import KeyRing
from shared.due import Lease
from shared.providers import ProviderRefused, ProviderUnavailable
from shared.wording import Language
from tests.unit.notifier.builders import BUS, DATA_KEYS, ORGANIZATION_ID, an_organization

SECOND = timedelta(seconds=1)
WAIT = 20 * SECOND


class Died(Exception):
    """Stands for the end of the process: nothing after it runs."""


class Answer(StrEnum):
    """What the mail server does: ``lost`` takes the mail and its answer is lost, ``vanished`` does not even take it;
    ``died`` is the worker's end after the mail was taken, ``half`` takes it for the first recipient only.
    """

    TAKEN = "taken"
    HALF = "half"
    LATER = "later"
    LOST = "lost"
    VANISHED = "vanished"
    DIED = "died"
    REFUSED = "refused"


@dataclass(frozen=True)
class Letter:
    """A mail as its reader finds it; ``matter`` is what was known when it was first taken."""

    key: str
    delivery: Delivery
    matter: Matter
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")

    @property
    def entry(self) -> Any:
        """The calendar entry of its invitation, or nothing."""
        parts = [part for part in self.message.walk() if part.get_content_type() == "text/calendar"]
        return Calendar.from_ical(parts[0].get_content()).walk("VEVENT")[0] if parts else None


@dataclass
class Desk:
    """Stands in for store, directory, mail server and worker of one matter."""

    about: str
    now: datetime
    answers: list[Answer] = field(default_factory=list)
    staff: dict[str, StaffMember] = field(default_factory=dict)
    organizations: list[Organization] = field(default_factory=lambda: [an_organization()])
    settled: bool = False
    letters: dict[str, Letter] = field(default_factory=dict)
    said: list[CloudEvent[Any]] = field(default_factory=list)
    version: int = 0
    begun: set[str] = field(default_factory=set)
    """Whose bytes were there when this turn began: a worker that died may have sent them."""
    hangs: str = ""
    """An address whose mail is not answered before ``released``."""
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.matter = Matter(about=self.about, organization_id=ORGANIZATION_ID)
        safe = Safe(KeyRing.parse(DATA_KEYS))
        words = WordMail(self, self)  # type: ignore[arg-type]
        composer = ComposeMail(self, safe, Sender("noreply@example.jp", "https://chosei.example.jp"), words)  # type: ignore[arg-type]
        patience = Patience(WAIT, SECOND, 8 * SECOND, 200)
        self.deliver = DeliverMails(self, composer, self, safe, mail_from="noreply@example.jp", patience=patience)  # type: ignore[arg-type]
        self.on = Subscribers(HearOfMatters(self, safe, BUS, lambda about: None), None)  # type: ignore[arg-type]

    async def hear(self, event: CloudEvent[Any]) -> None:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event.data).__name__).lower()
        await getattr(self.on, f"on_{name}")(event)

    @property
    def due_at(self) -> datetime | None:
        return self.deliver.next_look(self.matter)

    async def work(self) -> bool:
        """One turn of the worker, where something is due."""
        if self.due_at is None or self.due_at > self.now:
            return False
        facts = self.matter.model_dump(mode="json", exclude={"deliveries"})
        self.begun = {key for key, delivery in self.matter.deliveries.items() if delivery.message}
        deliveries = {key: delivery.model_dump(mode="json") for key, delivery in self.matter.deliveries.items()}
        row = {"_id": self.about, "version": self.version, "facts": facts, "deliveries": deliveries}
        try:
            await self.deliver.handle(Lease(row, "token", self.now + 60 * SECOND))
        except Died:
            return False
        return True

    async def rest(self) -> None:
        """Work until nothing is due any more, whatever time that takes."""
        self.answers.clear()
        for _ in range(250):
            if self.due_at is None:
                return
            self.now = max(self.now, self.due_at)
            await self.work()
        raise AssertionError("it never comes to rest")

    async def take(self, about: str, organization_id: str, merge: Any) -> bool:
        self.matter, self.version = merge(self.matter), self.version + 1
        return False

    async def freeze(self, lease: Lease, deliveries: dict[str, Delivery]) -> bool:
        self.matter = self.matter.with_deliveries(deliveries)
        return True

    async def keep(self, lease: Lease, deliveries: dict[str, Delivery], events: Sequence[Any]) -> None:
        await self.finish(lease, deliveries, None, events)

    async def finish(self, lease: Lease, deliveries: dict[str, Delivery], look_at: Any, events: Sequence[Any]) -> None:
        self.matter = self.matter.with_deliveries(deliveries)
        self.said += events

    async def is_settled(self, proposal_id: str) -> bool:
        return self.settled

    async def find(self, organization_id: str, name: str, language: Language) -> MailTemplate:
        return MailTemplate(organization_id=organization_id, name=name, language=language)

    async def organization(self, organization_id: str) -> Organization | None:
        return self.organizations[0] if self.organizations else None

    async def members(self, staff_ids: Sequence[str]) -> dict[str, StaffMember]:
        return {staff_id: member for staff_id, member in self.staff.items() if staff_id in staff_ids}

    async def addresses(self, organization_id: str) -> list[str]:
        return [member.person.email for member in self.staff.values() if not member.disabled]

    async def administrators(self, organization_id: str) -> list[StaffMember]:
        return [member for member in self.staff.values() if member.role == "admin" and not member.disabled]

    async def send(self, content: bytes, *, sender: str, recipients: Sequence[str]) -> Receipt:
        if self.hangs in recipients:
            await self.released.wait()
        answer = self.answers.pop(0) if self.answers else Answer.TAKEN
        if answer is Answer.LATER:
            raise ProviderUnavailable("smtp_451")
        if answer is Answer.VANISHED:
            raise ProviderUnavailable("time_out", unknown=True)
        if answer is Answer.REFUSED:
            raise ProviderRefused("smtp_554")
        self._receive(content)
        if answer is Answer.LOST:
            raise ProviderUnavailable("data", unknown=True)
        if answer is Answer.DIED:
            raise Died
        if answer is Answer.HALF:
            return Receipt(accepted=tuple(recipients[:1]), deferred=tuple(recipients[1:]))
        return Receipt(accepted=tuple(recipients))

    def _receive(self, content: bytes) -> None:
        """One per Message-ID counts as one, and a repeat must be the same to the byte (G10)."""
        found = re.search(rb"^Message-ID: (\S+)", content, re.MULTILINE)
        assert found
        name = found[1].decode()
        key, delivery = next((k, d) for k, d in self.matter.deliveries.items() if d.message_id == name)
        found_so = delivery.model_copy(update={"unsure": delivery.unsure or key in self.begun})
        first = self.letters.setdefault(name, Letter(key, found_so, self.matter, content))
        assert first.content == content, f"{key} came twice with other bytes"

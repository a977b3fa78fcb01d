"""Mails that came in: one per Message-ID and recipient, newest first; a repeat counts as a further copy."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

_parser = BytesParser(policy=policy.default)


@dataclass
class Mail:
    """One mail as one recipient got it; ``ics`` is the first iCalendar part, decoded."""

    id: str
    message_id: str
    recipient: str
    sender: str
    to: list[str]
    subject: str
    text: str | None
    html: str | None
    ics: str | None
    received_at: datetime
    copies: int = 1


@dataclass
class Mailbox:
    """All mails of all recipients; the oldest give way when there are too many."""

    kept: int = 20_000
    _mails: OrderedDict[str, Mail] = field(default_factory=OrderedDict)
    _by_key: dict[tuple[str, str], Mail] = field(default_factory=dict)
    _by_recipient: dict[str, list[Mail]] = field(default_factory=dict)
    _next: int = 1

    def take(self, raw: bytes, sender: str, recipients: list[str], at: datetime) -> None:
        """Keep one SMTP message for every recipient of its envelope."""
        message = _parser.parsebytes(raw)
        for recipient in recipients:
            message_id = str(message.get("Message-ID", "")).strip() or f"<none-{self._next}@sandbox>"
            earlier = self._by_key.get((message_id, recipient.lower()))
            if earlier is not None:
                earlier.copies += 1
                continue
            self._add(_mail_of(message, str(self._next), message_id, sender, recipient, at))

    def newest_first(self, to: str | None = None) -> list[Mail]:
        """All, or those that one address received."""
        mails = self._mails.values() if to is None else self._by_recipient.get(to.strip().lower(), [])
        return list(reversed(mails))

    def get(self, mail_id: str) -> Mail | None:
        return self._mails.get(mail_id)

    def recipients(self) -> list[str]:
        return sorted(address for address, mails in self._by_recipient.items() if mails)

    def _add(self, mail: Mail) -> None:
        self._next += 1
        self._mails[mail.id] = mail
        self._by_key[mail.message_id, mail.recipient.lower()] = mail
        self._by_recipient.setdefault(mail.recipient.lower(), []).append(mail)
        if len(self._mails) > self.kept:
            _, oldest = self._mails.popitem(last=False)
            self._by_key.pop((oldest.message_id, oldest.recipient.lower()), None)
            self._by_recipient[oldest.recipient.lower()].remove(oldest)


def _mail_of(message: EmailMessage, mail_id: str, message_id: str, sender: str, recipient: str, at: datetime) -> Mail:
    return Mail(
        id=mail_id,
        message_id=message_id,
        recipient=recipient,
        sender=str(message.get("From", sender)),
        to=_addresses(message) or [recipient],
        subject=str(message.get("Subject", "")),
        text=_part(message, "text/plain"),
        html=_part(message, "text/html"),
        ics=_part(message, "text/calendar") or _part(message, "application/ics"),
        received_at=at,
    )


def _addresses(message: EmailMessage) -> list[str]:
    header = message.get("To")
    return [address.addr_spec for address in header.addresses] if header is not None else []


def _part(message: EmailMessage, content_type: str) -> str | None:
    for part in message.walk():
        if part.get_content_type() == content_type:
            payload = part.get_payload(decode=True)
            text = payload if isinstance(payload, bytes) else b""
            return text.decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
    return None

"""Mails that came in: one per Message-ID and recipient, newest first; a repeat counts as a further copy."""

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from functools import cached_property

_parser, _head_parser = BytesParser(policy=policy.default), BytesHeaderParser(policy=policy.default)
_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Head:
    """What a list of mails shows."""

    sender: str
    to: list[str]
    subject: str


@dataclass(frozen=True)
class Content:
    """What a mail says; ``ics`` is the first iCalendar part, decoded."""

    text: str | None
    html: str | None
    ics: str | None


@dataclass
class Mail:
    """One mail as one recipient got it. It is read when somebody looks, so that taking it costs little, and no further
    than they look: thousands of heads are listed in the time that hundreds of whole mails take.
    """

    id: str
    message_id: str
    recipient: str
    sent_from: str
    raw: bytes
    received_at: datetime
    copies: int = 1

    @cached_property
    def head(self) -> Head:
        headers, _, _ = self.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        message = _head_parser.parsebytes(headers)
        return Head(
            sender=str(message.get("From", self.sent_from)),
            to=_addresses(message) or [self.recipient],
            subject=str(message.get("Subject", "")),
        )

    @cached_property
    def content(self) -> Content:
        message = _parser.parsebytes(self.raw)
        return Content(
            text=_part(message, "text/plain"),
            html=_part(message, "text/html"),
            ics=_part(message, "text/calendar") or _part(message, "application/ics"),
        )


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
        head, _, _ = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        found = _MESSAGE_ID.search(head)
        for recipient in recipients:
            message_id = found[1].decode("ascii", "replace") if found else f"<none-{self._next}@sandbox>"
            earlier = self._by_key.get((message_id, recipient.lower()))
            if earlier is not None:
                earlier.copies += 1
                continue
            self._add(Mail(str(self._next), message_id, recipient, sender, raw, at))

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

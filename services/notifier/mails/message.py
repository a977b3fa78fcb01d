"""The bytes of a mail (R20): text and HTML as alternatives, the invitation beside them and as an attachment.

The same input gives the same bytes; Message-ID and boundaries are derived from the delivery's key (G10).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import format_datetime

from services.notifier.mails import mime
from services.notifier.mails.invitation import Invitation
from services.notifier.mails.text import line


class UnusableAddress(Exception):
    """No mail can be sent to or from this; nothing of it is repeated in the text."""

    def __init__(self) -> None:
        super().__init__("not a usable e-mail address")


@dataclass(frozen=True)
class Mail:
    """What a reader sees; ``html`` is absent where the organization wants text only."""

    subject: str
    text: str
    html: str | None = None
    invitation: Invitation | None = None


@dataclass(frozen=True)
class Recipient:
    """A name and an address as ``usable_address`` gave it."""

    name: str
    email: str


def usable_address(email: str) -> str:
    """The address in ASCII, fit for header and envelope; raises ``UnusableAddress``."""
    local, _, domain = email.rpartition("@")
    try:
        spec = f"{local}@{domain.encode('idna').decode()}"
        parsed = Address(addr_spec=spec).addr_spec
    except (ValueError, IndexError, HeaderParseError) as error:
        raise UnusableAddress() from error
    if not local or not domain or not spec.isascii() or parsed != spec:
        raise UnusableAddress()
    return spec


def message_id(key: str, domain: str) -> str:
    """The same for every repeat of one delivery."""
    return f"<{_digest(key)}@{domain}>"


def to_bytes(
    mail: Mail, *, sender: Recipient, recipients: Sequence[Recipient], key: str, at: datetime, language: str
) -> bytes:
    fields = (
        ("From", mime.mailbox(line(sender.name), sender.email)),
        ("To", mime.mailboxes([(line(recipient.name), recipient.email) for recipient in recipients])),
        ("Subject", mime.unstructured(line(mail.subject))),
        ("Date", format_datetime(at)),
        ("Message-ID", message_id(key, sender.email.partition("@")[2])),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", language),
        ("MIME-Version", "1.0"),
    )
    return mime.head(fields) + _body(mail, _digest(key))


def _body(mail: Mail, digest: str) -> bytes:
    parts = [mime.text_leaf("text/plain; charset=utf-8", mail.text)]
    if mail.html is not None:
        parts.append(mime.text_leaf("text/html; charset=utf-8", mail.html))
    invitation = mail.invitation
    if invitation is not None:
        calendar = f"text/calendar; charset=utf-8; method={invitation.method}"
        parts.append(mime.leaf(calendar, invitation.content))
    body = parts[0] if len(parts) == 1 else mime.multipart("alternative", f"=_a_{digest}", parts)
    if invitation is None:
        return body
    disposition = ("Content-Disposition", 'attachment; filename="invite.ics"')
    attached = mime.leaf('application/ics; name="invite.ics"', invitation.content, disposition)
    return mime.multipart("mixed", f"=_m_{digest}", [body, attached])


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]

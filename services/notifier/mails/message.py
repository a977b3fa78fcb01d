"""The bytes of a mail (R20): text and HTML as alternatives, the invitation beside them and as an attachment.

The same input gives the same bytes; Message-ID and boundaries are derived from the delivery's key (G10).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

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
    name: str
    email: str


def message_id(key: str, domain: str) -> str:
    """The same for every repeat of one delivery."""
    return f"<{_digest(key)}@{domain}>"


def to_bytes(
    mail: Mail, *, sender: Recipient, recipients: tuple[Recipient, ...], key: str, at: datetime, language: str
) -> bytes:
    """Raises ``UnusableAddress``. 7-bit and short lines throughout, so that no server rewrites anything."""
    message = EmailMessage(policy=SMTP)
    message["From"] = address_of(sender)
    message["To"] = [address_of(recipient) for recipient in recipients]
    message["Subject"] = line(mail.subject)
    message["Date"] = at
    message["Message-ID"] = message_id(key, sender.email.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, cte="base64")
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html", cte="base64")
    if mail.invitation is not None:
        _add_invitation(message, mail.invitation)
    message["Content-Language"] = language  # last: making a multipart moves content headers into its first part
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{_digest(key)}_{number}")
    return message.as_bytes()


def _add_invitation(message: EmailMessage, invitation: Invitation) -> None:
    message.add_alternative(
        invitation.content.decode(), subtype="calendar", cte="base64", params={"method": str(invitation.method)}
    )
    message.add_attachment(invitation.content, maintype="application", subtype="ics", filename="invite.ics")


def address_of(recipient: Recipient) -> Address:
    """What goes into header and envelope; raises ``UnusableAddress`` for what neither may carry."""
    local, at, domain = recipient.email.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
        spec = f"{local}@{domain}"
        spec.encode("ascii")
        made = Address(line(recipient.name), addr_spec=spec)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise UnusableAddress() from error
    if not at or made.addr_spec != spec:
        raise UnusableAddress()
    return made


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]

"""``python -m services.notifier.doctor [--mail-to ADDRESS]``: also proves the mail server, with a mail where one is
asked for (X7).
"""

import sys
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from functools import partial

from services.notifier.app import smtp_server
from services.notifier.providers.smtp import MailServer
from services.notifier.rotate import SECRETS
from services.notifier.settings import Settings
from services.notifier.subscribers import SERVICE
from shared.doctor.findings import Examination, Finding, ok, wrong
from shared.doctor.run import run
from shared.providers import ProviderError, ProviderRefused

_WHAT = "mail"
_MEANS = {
    "connect: SMTPAuthenticationError": (
        "refuses the user or the password",
        "correct CHOSEI_SMTP_USERNAME and CHOSEI_SMTP_PASSWORD",
    ),
    "connect: SMTPConnectError": ("cannot be reached", "start it, or correct CHOSEI_SMTP_HOST and CHOSEI_SMTP_PORT"),
    "connect: SMTPConnectTimeoutError": ("does not answer in time", "let this machine connect to it (firewall)"),
    "connect: SMTPReadTimeoutError": ("takes the connection and says nothing", "look whether this port speaks SMTP"),
    "connect: SMTPConnectResponseError": ("sends us away", "look at its log: it may not know this machine"),
    "connect: SMTPServerDisconnected": ("ends the connection at once", "look at its log: it may not know this machine"),
    "connect: SMTPNotSupported": ("offers no login", "leave CHOSEI_SMTP_USERNAME out, or set CHOSEI_SMTP_STARTTLS"),
    "connect: SMTPException": ("does not do what was asked", "look whether it has STARTTLS (CHOSEI_SMTP_STARTTLS)"),
}


def examinations(settings: Settings, mail_to: str = "") -> Sequence[Examination]:
    return [Examination(_WHAT, partial(examine_mail, settings, mail_to))]


async def examine_mail(settings: Settings, mail_to: str = "") -> Sequence[Finding]:
    """Without ``mail_to`` nothing is sent."""
    server = MailServer(smtp_server(settings), connections=1)
    name = f"the mail server {settings.smtp_host}:{settings.smtp_port}"
    try:
        if not mail_to:
            await server.try_out(settings.mail_from)
            return [ok(_WHAT, f"{name} takes mail from {settings.mail_from}")]
        letter = _letter(settings, mail_to)
        receipt = await server.send(letter, sender=settings.mail_from, recipients=[mail_to])
    except ProviderRefused as error:
        advice = "let it send for CHOSEI_MAIL_FROM, or correct that address"
        return [wrong(_WHAT, f"{name} takes no mail from {settings.mail_from} ({error.reason})", advice)]
    except ProviderError as error:
        means, advice = _MEANS.get(error.reason, (f"does not take mail now ({error.reason})", "look at its log"))
        return [wrong(_WHAT, f"{name} {means}", advice)]
    finally:
        await server.close()
    if not receipt.accepted:
        codes = ", ".join(str(code) for _, code in receipt.refused) or "later"
        return [wrong(_WHAT, f"{name} takes no mail for this address ({codes})", "look at its log for the reason")]
    return [ok(_WHAT, f"{name} took a mail: look whether it arrives, and not among what is unwanted")]


def _letter(settings: Settings, mail_to: str) -> bytes:
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address("Chosei", addr_spec=settings.mail_from)
    letter["To"] = Address(addr_spec=mail_to)
    letter["Subject"] = "Chosei: テスト / test"
    letter["Message-ID"] = make_msgid("doctor", domain=settings.mail_domain)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(
        f"{settings.public_url} からのテストメールです。\nA test mail from {settings.public_url}.\n", cte="base64"
    )
    return letter.as_bytes()


if __name__ == "__main__":
    to = sys.argv[2] if sys.argv[1:2] == ["--mail-to"] and len(sys.argv) > 2 else ""
    run(SERVICE, Settings, partial(examinations, mail_to=to), SECRETS)

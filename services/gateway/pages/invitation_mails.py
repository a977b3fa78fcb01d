"""Invitations whose mail did not go out, in plain words and with a way to send them again."""

from dataclasses import dataclass

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.model import InvitationMail, MailState, Staff
from services.gateway.pages import times
from services.gateway.pages.effect_rows import reason_key
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from shared import clock
from shared.contracts.api.effects import EffectStatus
from shared.problem import Language

_BADGES = {MailState.WAITING: "wait", MailState.FAILED: "bad"}
_AS_EFFECT = {MailState.WAITING: EffectStatus.WAITING, MailState.FAILED: EffectStatus.FAILED}
_LISTED = 20


@dataclass(frozen=True)
class InvitationMailRow:
    """``badge`` is the colour, ``code`` what the mail server said where ``why`` does not say it all."""

    staff: Staff
    badge: str
    state: str
    sentence: str
    why: str
    code: str


def row_of(staff: Staff, language: Language, zone: str) -> InvitationMailRow | None:
    """Nothing where the mail went out, nothing was heard of it yet, or no link is under way."""
    mail = staff.invitation_mail(clock.now())
    if mail is None or mail.state is MailState.SENT:
        return None
    reason = reason_key(mail.reason, _AS_EFFECT[mail.state])
    why = text(language, f"effects.reason_{reason}") if reason else ""
    return InvitationMailRow(
        staff=staff,
        badge=_BADGES[mail.state],
        state=text(language, f"members.mail_{mail.state}"),
        sentence=_sentence(staff, mail, language, zone),
        why=text(language, "members.mail_why", why=why) if why else "",
        code=mail.reason if reason != mail.reason else "",
    )


def _sentence(staff: Staff, mail: InvitationMail, language: Language, zone: str) -> str:
    until = times.moment(mail.retry_at, zone, language) if mail.retry_at else ""
    return text(language, f"members.mail_{mail.state}_text", email=staff.email, until=until)


async def failed(request: Request, signed_in: SignedIn) -> list[InvitationMailRow]:
    """Of the whole organization, whatever part of it the page lists."""
    found = await parts_of(request).staff.uninvited(signed_in.organization.id, clock.now(), limit=_LISTED)
    rows = (row_of(staff, language_for(request), signed_in.zone) for staff in found)
    return [row for row in rows if row is not None]

"""The mails that a transition of an appointment owes to each side, and which of them tell the link (G9, C7)."""

from collections.abc import Sequence
from datetime import datetime

from services.booking.model.effects import Expected, mail_key
from shared.contracts.api.effects import Effect
from shared.contracts.notifier import Audience, Purpose


def mails(purpose: Purpose, told: Sequence[Audience], since: int, link_at: datetime | None) -> list[Expected]:
    """One to each side; a link that the guest learns later is not to stand in theirs."""
    return [
        Expected(
            effect=Effect.MAIL,
            of=audience,
            keys=[mail_key(purpose, audience)],
            since=since,
            tells_link=link_at is None or audience is not Audience.GUEST,
        )
        for audience in told
    ]

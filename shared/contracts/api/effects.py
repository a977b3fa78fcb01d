"""What became of each effect of a transition (G9), as proposals and appointments show it."""

from datetime import datetime
from enum import StrEnum

from shared.contracts.api.fields import View
from shared.contracts.notifier import Purpose


class Effect(StrEnum):
    """The closed list of this flow."""

    HOLD = "hold"
    HOLD_RELEASE = "hold_release"
    MEETING = "meeting"
    ENTRY = "entry"
    ROOM = "room"
    MAIL = "mail"
    REMINDER = "reminder"
    PAYMENT = "payment"
    REFUND = "refund"


class EffectStatus(StrEnum):
    """``pending`` until the owning service said something; ``waiting`` has an ``until``."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"
    SUPPRESSED = "suppressed"


class EffectView(View):
    """``of`` is a staff id, a room's id, or the side of a mail (``guest``, ``staff``); empty of a reminder whose two
    mails fare alike. ``absent`` says that the thing is to be gone (a cancelled meeting), ``purpose`` why a mail is
    sent, ``count`` how many things it is (a person's holds).
    """

    effect: Effect
    of: str
    status: EffectStatus
    reason: str | None = None
    until: datetime | None = None
    absent: bool = False
    purpose: Purpose | None = None
    count: int = 1

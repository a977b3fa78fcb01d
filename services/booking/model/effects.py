"""What became of each effect (G9): reports of the other services fold in any order and any number of times into the
same state; a transition's closed list says what is expected of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from shared.contracts.api.effects import Effect, EffectStatus, EffectView
from shared.contracts.envelope import Value
from shared.contracts.notifier import Purpose

_RANKS = 1_000_000


class Reported(StrEnum):
    """What a service said: ``done`` is there, ``gone`` is no longer there."""

    WAITING = "waiting"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    DONE = "done"
    GONE = "gone"


_RANK = {status: rank for rank, status in enumerate(Reported)}


class Report(Value):
    """The newest word on one thing. ``order`` decides which of two is newer; ``owner`` is whose calendar holds an
    entry that covers several attendees.
    """

    order: int
    status: Reported
    reason: str | None = None
    until: AwareDatetime | None = None
    owner: str | None = None

    @property
    def revision(self) -> int:
        return self.order // _RANKS


Reports = Mapping[str, Report]


def report(
    revision: int,
    status: Reported,
    *,
    reason: str | None = None,
    until: AwareDatetime | None = None,
    owner: str | None = None,
    within: int | None = None,
) -> Report:
    """``within`` orders reports of one revision where the publisher counts them; else the status does."""
    rank = _RANK[status] if within is None else min(within, _RANKS - 1)
    return Report(order=revision * _RANKS + rank, status=status, reason=reason, until=until, owner=owner)


def fold(reports: Reports, key: str, new: Report) -> Reports:
    """Keep the newer of the two."""
    known = reports.get(key)
    return reports if known is not None and known.order >= new.order else {**reports, key: new}


class Expected(Value):
    """One effect of a transition: all ``keys`` are to be there (or gone, where ``absent``) as of revision ``since``."""

    effect: Effect
    of: str
    keys: list[str]
    since: int
    absent: bool = False

    @property
    def purpose(self) -> Purpose | None:
        """Of a mail, as ``mail_key`` wrote it."""
        return Purpose(self.keys[0].split(":")[1]) if self.effect is Effect.MAIL else None


_NEVER_WRITTEN = "never_written"
_SILENT_WHEN_NEVER_THERE = (Effect.HOLD_RELEASE, Effect.ENTRY)
"""What was never written is not reported as removed."""

_ORDER = (
    EffectStatus.FAILED,
    EffectStatus.WAITING,
    EffectStatus.PENDING,
    EffectStatus.DONE,
    EffectStatus.SUPPRESSED,
)
"""Of several things that make one effect the worst is shown."""


def shown(expected: Sequence[Expected], reports: Reports) -> list[EffectView]:
    return [_one(item, reports) for item in expected]


def _one(item: Expected, reports: Reports) -> EffectView:
    views = [_seen(item, reports.get(key)) for key in item.keys] or [_view(item, EffectStatus.DONE)]
    return min(views, key=lambda view: _ORDER.index(view.status))


def _seen(item: Expected, known: Report | None) -> EffectView:
    status, reason = _absent(item, known) if item.absent else _present(item, known)
    told = known is not None and status is not EffectStatus.PENDING
    return _view(item, status, reason, known.until if told and known else None)


def _view(item: Expected, status: EffectStatus, reason: str | None = None, until: datetime | None = None) -> EffectView:
    return EffectView(
        effect=item.effect,
        of=item.of,
        status=status,
        reason=reason,
        until=until,
        absent=item.absent,
        purpose=item.purpose,
    )


def _present(item: Expected, known: Report | None) -> tuple[EffectStatus, str | None]:
    if known is None or known.revision < item.since or known.status is Reported.GONE:
        return EffectStatus.PENDING, None
    return EffectStatus(known.status.value), known.reason


def _absent(item: Expected, known: Report | None) -> tuple[EffectStatus, str | None]:
    if known is None:
        never = item.effect in _SILENT_WHEN_NEVER_THERE
        return (EffectStatus.SUPPRESSED, _NEVER_WRITTEN) if never else (EffectStatus.PENDING, None)
    if known.status is Reported.GONE:
        return EffectStatus.DONE, None
    if known.status is Reported.SUPPRESSED:
        return EffectStatus.SUPPRESSED, known.reason
    if known.revision < item.since:
        never_there = known.status is Reported.FAILED
        return (EffectStatus.SUPPRESSED, _NEVER_WRITTEN) if never_there else (EffectStatus.PENDING, None)
    if known.status in (Reported.FAILED, Reported.WAITING):
        return EffectStatus(known.status.value), known.reason
    return EffectStatus.PENDING, None


def hold_key(staff_id: str, slot_id: str) -> str:
    return f"hold:{staff_id}:{slot_id}"


def releases(staff_ids: Sequence[str], slot_ids: Sequence[str], *, since: int) -> list[Expected]:
    """The holds of these slots gone from each calendar, one effect a person."""
    return [
        Expected(
            effect=Effect.HOLD_RELEASE,
            of=staff_id,
            keys=[hold_key(staff_id, slot_id) for slot_id in slot_ids],
            since=since,
            absent=True,
        )
        for staff_id in staff_ids
    ]


def entry_key(staff_id: str) -> str:
    return f"entry:{staff_id}"


def mail_key(purpose: str, audience: str) -> str:
    return f"mail:{purpose}:{audience}"


MEETING_KEY = "meeting"
REMINDER_KEY = "reminder"

"""What became of each effect (G9): reports of the other services fold in any order and any number of times into the
same state; a transition's closed list says what is expected of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import AwareDatetime, Field

from shared.contracts.api.effects import Effect, EffectStatus, EffectView
from shared.contracts.envelope import Value
from shared.contracts.notifier import Audience, Purpose


class Reported(StrEnum):
    """What a service said: ``done`` is there, ``gone`` is no longer there."""

    WAITING = "waiting"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    DONE = "done"
    GONE = "gone"


_RANK = {status: rank for rank, status in enumerate(Reported)}
_WITHIN = 10
_REVISION = 10**14
"""An order is one number: revision, the publisher's own count within it (milliseconds fit), and the status."""


class Report(Value):
    """The newest word on one thing. ``order`` decides which of two is newer. Of an entry: whose calendar holds it
    (``owner``) and all whom it covers. Of a mail: that it went out without the link to a meeting.
    """

    order: int
    status: Reported
    reason: str | None = None
    until: AwareDatetime | None = None
    owner: str | None = None
    covers: list[str] = Field(default_factory=list)
    lacks_link: bool = False

    @property
    def revision(self) -> int:
        return self.order // _REVISION


Reports = Mapping[str, Report]


def report(
    revision: int,
    status: Reported,
    *,
    within: int = 0,
    reason: str | None = None,
    until: AwareDatetime | None = None,
    owner: str | None = None,
    covers: Sequence[str] = (),
    lacks_link: bool = False,
) -> Report:
    """``within`` orders reports of one revision as their publisher counts them; the status only where they tie."""
    order = order_of(revision, within) + _RANK[status]
    return Report(
        order=order,
        status=status,
        reason=reason,
        until=until,
        owner=owner,
        covers=list(covers),
        lacks_link=lacks_link,
    )


def order_of(revision: int, within: int) -> int:
    """Below every report that is told at this moment."""
    return revision * _REVISION + min(within, _REVISION // _WITHIN - 1) * _WITHIN


def fold(reports: Reports, key: str, new: Report) -> Reports:
    """Keep the newer of the two."""
    known = reports.get(key)
    return reports if known is not None and known.order >= new.order else {**reports, key: new}


class Expected(Value):
    """One effect of a transition: all ``keys`` are to be there (or gone, where ``absent``) as of revision ``since``.

    An entry may stand for several people: ``shared`` is the owner of the one that ``of`` may take part in. A mail that
    waits for its time is ``not_before`` it; ``tells_link`` where the link is to stand in it (C7). Of a series each
    occurrence has a key, and its notices each their own of ``times``.
    """

    effect: Effect
    of: str
    keys: list[str]
    since: int
    absent: bool = False
    shared: str | None = None
    not_before: AwareDatetime | None = None
    times: list[AwareDatetime] = Field(default_factory=list)
    tells_link: bool = True

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
    """One view each, but for the reminder's two mails and the mail of its own that tells a late link."""
    views: list[EffectView] = []
    for item in expected:
        if item.effect is Effect.REMINDER:
            views += _reminder(item, reports)
        else:
            views.append(_next_notice(item, reports) if item.purpose is Purpose.NOTICE else _one(item, reports))
        views += [_one(link, reports) for link in _late_link(item, reports)]
    return views


def is_troubled(views: Iterable[EffectView]) -> bool:
    """Whether something failed or waits to be tried again; a reminder that waits for its hour is no trouble."""
    return any(
        view.status is EffectStatus.FAILED or (view.status is EffectStatus.WAITING and view.reason != FILED)
        for view in views
    )


def _one(item: Expected, reports: Reports) -> EffectView:
    known = [_entry(item, reports)] if item.effect is Effect.ENTRY else [reports.get(key) for key in item.keys]
    views = [_seen(item, told) for told in known] or [_view(item, EffectStatus.DONE)]
    return min(views, key=lambda view: _ORDER.index(view.status))


def _entry(item: Expected, reports: Reports) -> Report | None:
    """The newest word on the entry that stands for this person: of whoever's last covered them, else of the shared one.

    An entry that was written without them is gone as far as they are concerned.
    """
    last = reports.get(covered_key(item.of))
    owner = last.owner if last and last.owner else item.of
    told = reports.get(entry_key(owner))
    if item.shared and (told is None or told.revision < item.since):
        common = reports.get(entry_key(item.shared))
        if common and (common.revision >= item.since or told is None):
            told, owner = common, item.shared
    if told and told.status is Reported.DONE and owner != item.of and item.of not in told.covers:
        return told.model_copy(update={"status": Reported.GONE}) if last else None
    return told


def _seen(item: Expected, known: Report | None) -> EffectView:
    status, reason = _absent(item, known) if item.absent else _present(item, known)
    if status is EffectStatus.PENDING and item.not_before is not None:
        return _view(item, EffectStatus.WAITING, FILED, item.not_before)
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
        count=len(item.keys),
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


HOLD_KEYS = "hold:"


def hold_key(staff_id: str, slot_id: str) -> str:
    return f"{HOLD_KEYS}{staff_id}:{slot_id}"


def holds(wanted: Iterable[str], effect: Effect) -> list[Expected]:
    """These holds placed, or released: one effect a person. Their newest word counts whatever its revision: a proposal
    has none after its confirmation, and a hold that failed is owed an end by who said so.
    """
    by_person: dict[str, list[str]] = {}
    for key in wanted:
        by_person.setdefault(key.split(":")[1], []).append(key)
    absent = effect is Effect.HOLD_RELEASE
    return [
        Expected(effect=effect, of=staff_id, keys=keys, since=0, absent=absent) for staff_id, keys in by_person.items()
    ]


def entry_key(staff_id: str) -> str:
    """The entry in this person's calendar."""
    return f"entry:{staff_id}"


def covered_key(staff_id: str) -> str:
    """By whose entry this person was last covered."""
    return f"covered:{staff_id}"


def room_key(room_id: str) -> str:
    """What this room says."""
    return f"room:{room_id}"


def mail_key(purpose: str, audience: str) -> str:
    return f"mail:{purpose}:{audience}"


MEETING_KEY = "meeting"
REMINDER_KEY = "reminder"
FILED = "scheduled"
"""Why a reminder waits: for its hour."""
_SIDES = (Audience.GUEST, Audience.STAFF)
_TO_COME = (EffectStatus.WAITING, EffectStatus.PENDING)
_CARRIERS = (Purpose.CONFIRMED, Purpose.RESCHEDULED, Purpose.NOTICE)


def of_occurrence(key: str, original_start_at: datetime | None) -> str:
    """The same of one occurrence of a series (E6)."""
    return f"{key}@{original_start_at.astimezone(UTC):%Y%m%dT%H%M}" if original_start_at else key


def _reminder(item: Expected, reports: Reports) -> list[EffectView]:
    """Of each side what became of its mail, and until something is known of that, of the filing; one effect as long as
    both fare alike (G21). ``of`` is a side where only that one is told.
    """
    if item.absent:
        return [_one(item, reports).model_copy(update={"count": 1})]
    sides = (item.of,) if item.of else _SIDES
    views = [_next_reminder(item, side, reports) for side in sides]
    if views.count(views[0]) == len(views):
        return views[:1]
    return [view.model_copy(update={"of": side}) for view, side in zip(views, sides, strict=True)]


def _next_reminder(item: Expected, side: str, reports: Reports) -> EffectView:
    views = []
    for key in item.keys:
        filed = reports.get(key)
        mail = _since(item, reports.get(mail_key(Purpose.REMINDER, side) + key.removeprefix(REMINDER_KEY)))
        newest = filed if mail is None or (filed is not None and filed.revision > mail.revision) else mail
        views.append(_seen(item.model_copy(update={"keys": [key]}), newest))
    return _next(views)


def _next_notice(item: Expected, reports: Reports) -> EffectView:
    times: list[datetime | None] = [*item.times] or [item.not_before] * len(item.keys)
    each = [item.model_copy(update={"keys": [key], "not_before": at}) for key, at in zip(item.keys, times, strict=True)]
    return _next([_one(one, reports) for one in each])


def _next(views: Sequence[EffectView]) -> EffectView:
    """Of one after the other the one that comes next. A failure stands until a later one went out; when none is to
    come, the last one tells (E6).
    """
    ended = [view for view in views if view.status in (EffectStatus.DONE, EffectStatus.FAILED)]
    if ended and ended[-1].status is EffectStatus.FAILED:
        return ended[-1]
    return next((view for view in views if view.status in _TO_COME), views[-1])


def _late_link(item: Expected, reports: Reports) -> list[Expected]:
    """After the mail that was to tell the link: the mail of its own that does, once notifier spoke of it or owes it
    (G11).
    """
    if item.purpose not in _CARRIERS or not item.tells_link:
        return []
    key = mail_key(Purpose.LINK, item.of)
    carrier, meeting = _since(item, reports.get(item.keys[0])), _since(item, reports.get(MEETING_KEY))
    there = meeting is not None and meeting.status is Reported.DONE
    owed = there and carrier is not None and carrier.lacks_link
    known = _since(item, reports.get(key)) is not None
    return [Expected(effect=Effect.MAIL, of=item.of, keys=[key], since=item.since)] if owed or known else []


def _since(item: Expected, known: Report | None) -> Report | None:
    """Nothing where it is about what was before this transition."""
    return known if known and known.revision >= item.since else None

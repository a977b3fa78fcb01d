"""What became of each effect (G9) in plain words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.gateway.pages import times
from services.gateway.pages.texts import catalogue, text
from shared.contracts.api.effects import Effect, EffectStatus, EffectView
from shared.problem import Language

_BADGES = {
    EffectStatus.PENDING: "open",
    EffectStatus.DONE: "ok",
    EffectStatus.FAILED: "bad",
    EffectStatus.WAITING: "wait",
    EffectStatus.SUPPRESSED: "none",
}


_FILED = "scheduled"
THE_MEETING = "zoom"
"""A reminder waits for its hour; once that has come it is under way."""


@dataclass(frozen=True)
class EffectRow:
    """``badge`` is the colour of ``state``, ``code`` what a provider said where plain words do not say it all."""

    what: str
    who: str
    state: str
    badge: str
    more: str
    code: str = ""


@dataclass(frozen=True)
class Reading:
    """For whom the rows are written; ``names`` are the attendees' by staff id, ``drifted`` is whose entry
    was changed in the calendar and waits for a decision.
    """

    names: Mapping[str, str]
    zone: str
    language: Language
    now: datetime
    drifted: str = ""


def effect_rows(effects: Sequence[EffectView], reading: Reading) -> list[EffectRow]:
    return [_row(effect, reading) for effect in effects]


@dataclass(frozen=True)
class EffectState:
    """What fares alike, for one line of a list."""

    state: str
    badge: str
    things: tuple[str, ...]


_WORST_FIRST = ("bad", "wait", "open", "ok", "none")
_IN_A_LINE = (
    Effect.PAYMENT,
    Effect.REFUND,
    Effect.MEETING,
    Effect.ENTRY,
    Effect.ROOM,
    Effect.MAIL,
    Effect.REMINDER,
    Effect.HOLD,
    Effect.HOLD_RELEASE,
)


def next_try(at: datetime, now: datetime) -> str:
    """The key of its words: what is due already has its turn as soon as others had theirs."""
    return "effects.until" if at > now else "effects.due_since"


def effect_states(effects: Sequence[EffectView], reading: Reading) -> list[EffectState]:
    """Trouble first; where there is some, with whose it is."""
    alike: dict[tuple[str, str], dict[str, None]] = {}
    for view in sorted(effects, key=lambda view: _IN_A_LINE.index(view.effect)):
        row = _row(view, reading)
        troubled = row.badge in ("bad", "wait") and row.who
        short = text(reading.language, f"effects.short_{view.effect}{'_gone' if _goes(view) else ''}")
        words = text(reading.language, "effects.thing_of", what=short, who=row.who) if troubled else short
        alike.setdefault((row.badge, row.state), {})[words] = None
    in_order = sorted(alike.items(), key=lambda item: _WORST_FIRST.index(item[0][0]))
    return [EffectState(state, badge, tuple(things)) for (badge, state), things in in_order]


def _row(view: EffectView, reading: Reading) -> EffectRow:
    language = reading.language
    if _drifted(view, reading):
        words = "meeting_drift" if reading.drifted == THE_MEETING else "drift"
        awaiting, changed = text(language, "drift.awaiting"), text(language, f"{words}.badge")
        return EffectRow(
            _what(view, language), _who(view.of, reading), changed, _BADGES[EffectStatus.WAITING], awaiting
        )
    timed = view.effect in (Effect.REMINDER, Effect.MAIL)
    filed = timed and view.status is EffectStatus.WAITING and view.reason == _FILED
    planned = filed and view.until is not None and view.until > reading.now
    status = EffectStatus.PENDING if filed else view.status
    reason = "" if filed else _reason(view)
    more = [text(language, f"effects.reason_{reason}")] if reason else []
    if view.until is not None and (planned or status is EffectStatus.WAITING):
        at = times.moment(view.until, reading.zone, language)
        more.append(text(language, "effects.until_reminder" if planned else next_try(view.until, reading.now), at=at))
    return EffectRow(
        what=_what(view, language),
        who=_who(view.of, reading),
        state=text(language, "effects.scheduled" if planned else f"effects.{status}"),
        badge=_BADGES[status],
        more=" · ".join(more),
        code=view.reason or "" if reason != view.reason and not filed else "",
    )


def _drifted(view: EffectView, reading: Reading) -> bool:
    """It was written, but is no longer as it was written."""
    effect = Effect.MEETING if reading.drifted == THE_MEETING else Effect.ENTRY
    written = view.effect is effect and view.status is EffectStatus.DONE and not view.absent
    return written and (effect is Effect.MEETING or view.of == reading.drifted)


def _what(view: EffectView, language: Language) -> str:
    """What goes away says so, and a mail which one it is."""
    if view.effect is Effect.MAIL and view.purpose:
        return text(language, "effects.mail_of", purpose=text(language, f"effects.mail_{view.purpose}"))
    return text(language, f"effects.{view.effect}_gone" if _goes(view) else f"effects.{view.effect}")


def _goes(view: EffectView) -> bool:
    return view.absent and view.effect is not Effect.HOLD_RELEASE


def _who(of: str, reading: Reading) -> str:
    sides = {"guest": "of_guest", "staff": "of_staff", "": "of_both"}
    if of in sides:
        return text(reading.language, f"effects.{sides[of]}")
    return reading.names.get(of, "")


_LIMITED = re.compile(r"rate.?limit|quota|too.?many|throttl|concurren|silence asked for|\b429\b", re.IGNORECASE)
"""How providers name a limit of theirs."""


_DEFERRED = ("smtp_", "recipients_deferred")
"""What a mail server says that takes a mail later."""


def _reason(view: EffectView) -> str:
    return reason_key(view.reason or "", view.status)


def reason_key(given: str, status: EffectStatus) -> str:
    """One of the reasons that have words here, whatever a provider called it."""
    if not given or f"effects.reason_{given}" in catalogue("ja"):
        return given
    if _LIMITED.search(given):
        return "throttled"
    if status is EffectStatus.WAITING:
        return "mail_deferred" if given.startswith(_DEFERRED) else "unavailable"
    if status is EffectStatus.SUPPRESSED:
        return "no_need"
    return "some_recipients" if " recipients: " in given else "mail_refused" if "smtp_" in given else "refused"

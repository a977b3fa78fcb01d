"""What became of each effect (G9) in plain words."""

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


@dataclass(frozen=True)
class EffectRow:
    """``badge`` is the colour of ``state``."""

    what: str
    who: str
    state: str
    badge: str
    more: str


@dataclass(frozen=True)
class Reading:
    """For whom the rows are written; ``names`` are the attendees' by staff id."""

    names: Mapping[str, str]
    zone: str
    language: Language
    now: datetime


def effect_rows(effects: Sequence[EffectView], reading: Reading) -> list[EffectRow]:
    return [_row(effect, reading) for effect in effects]


def _row(view: EffectView, reading: Reading) -> EffectRow:
    language = reading.language
    planned = _is_planned(view, reading.now)
    more = [_reason(view.reason, language)] if view.reason else []
    if view.until is not None and (planned or view.status in (EffectStatus.WAITING, EffectStatus.PENDING)):
        key = "until_reminder" if view.effect is Effect.REMINDER else "until"
        more.append(text(language, f"effects.{key}", at=times.moment(view.until, reading.zone, language)))
    return EffectRow(
        what=text(language, f"effects.{view.effect}"),
        who=_who(view.of, reading),
        state=text(language, "effects.scheduled" if planned else f"effects.{view.status}"),
        badge="open" if planned else _BADGES[view.status],
        more=" · ".join(more),
    )


def _is_planned(view: EffectView, now: datetime) -> bool:
    """A reminder that is filed, or waits for nothing but its time."""
    filed = view.status is EffectStatus.DONE or (view.status is EffectStatus.WAITING and not view.reason)
    return view.effect is Effect.REMINDER and filed and view.until is not None and view.until > now


def _who(of: str, reading: Reading) -> str:
    sides = {"guest": "of_guest", "staff": "of_staff", "": "of_both"}
    if of in sides:
        return text(reading.language, f"effects.{sides[of]}")
    return reading.names.get(of, "")


def _reason(reason: str, language: Language) -> str:
    return catalogue(language).get(f"effects.reason_{reason}", reason)

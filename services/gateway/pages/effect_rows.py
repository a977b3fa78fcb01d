"""What became of each effect (G9) in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def effect_rows(
    effects: Sequence[EffectView], names: Mapping[str, str], zone: str, language: Language
) -> list[EffectRow]:
    """``names`` are the attendees' by staff id."""
    return [_row(effect, names, zone, language) for effect in effects]


def _row(view: EffectView, names: Mapping[str, str], zone: str, language: Language) -> EffectRow:
    sides = {"guest": text(language, "effects.of_guest"), "staff": text(language, "effects.of_staff")}
    planned = view.effect is Effect.REMINDER and view.status is EffectStatus.WAITING and not view.reason
    more = [_reason(view.reason, language)] if view.reason else []
    if view.until is not None and view.status in (EffectStatus.WAITING, EffectStatus.PENDING):
        key = "until_reminder" if view.effect is Effect.REMINDER else "until"
        more.append(text(language, f"effects.{key}", at=times.moment(view.until, zone, language)))
    return EffectRow(
        what=text(language, f"effects.{view.effect}"),
        who=sides.get(view.of) or names.get(view.of, ""),
        state=text(language, "effects.scheduled" if planned else f"effects.{view.status}"),
        badge="open" if planned else _BADGES[view.status],
        more=" · ".join(more),
    )


def _reason(reason: str, language: Language) -> str:
    return catalogue(language).get(f"effects.reason_{reason}", reason)

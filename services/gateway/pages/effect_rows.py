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
    reason = _reason(view)
    more = [text(language, f"effects.reason_{reason}")] if reason else []
    if view.until is not None and (planned or view.status in (EffectStatus.WAITING, EffectStatus.PENDING)):
        key = "until_reminder" if view.effect is Effect.REMINDER else "until"
        more.append(text(language, f"effects.{key}", at=times.moment(view.until, reading.zone, language)))
    return EffectRow(
        what=_what(view, language),
        who=_who(view.of, reading),
        state=text(language, "effects.scheduled" if planned else f"effects.{view.status}"),
        badge="open" if planned else _BADGES[view.status],
        more=" · ".join(more),
        code=view.reason or "" if reason != view.reason else "",
    )


def _what(view: EffectView, language: Language) -> str:
    """What goes away says so, and a mail which one it is."""
    if view.effect is Effect.MAIL and view.purpose:
        return text(language, "effects.mail_of", purpose=text(language, f"effects.mail_{view.purpose}"))
    goes = view.absent and view.effect is not Effect.HOLD_RELEASE
    return text(language, f"effects.{view.effect}_gone" if goes else f"effects.{view.effect}")


def _is_planned(view: EffectView, now: datetime) -> bool:
    """A reminder that is filed, or waits for nothing but its time."""
    filed = view.status is EffectStatus.DONE or (view.status is EffectStatus.WAITING and not view.reason)
    coming = filed and not view.absent and view.until is not None and view.until > now
    return view.effect is Effect.REMINDER and coming


def _who(of: str, reading: Reading) -> str:
    sides = {"guest": "of_guest", "staff": "of_staff", "": "of_both"}
    if of in sides:
        return text(reading.language, f"effects.{sides[of]}")
    return reading.names.get(of, "")


_LIMITED = re.compile(r"rate.?limit|quota|too.?many|throttl|concurren|silence asked for|\b429\b", re.IGNORECASE)
"""How providers name a limit of theirs."""


def _reason(view: EffectView) -> str:
    return reason_key(view.reason or "", view.status)


def reason_key(given: str, status: EffectStatus) -> str:
    """One of the reasons that have words here, whatever a provider called it."""
    if not given or f"effects.reason_{given}" in catalogue("ja"):
        return given
    if _LIMITED.search(given):
        return "throttled"
    if status is EffectStatus.WAITING:
        return "unavailable"
    if status is EffectStatus.SUPPRESSED:
        return "no_need"
    return "some_recipients" if " recipients: " in given else "mail_refused" if "smtp_" in given else "refused"

"""What a person reads about an entry that was changed directly in a calendar (V6)."""

from dataclasses import dataclass
from datetime import datetime

from services.gateway.pages import times
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentView, DriftView
from shared.contracts.calendar_sync import DriftKind
from shared.problem import Language

_TAKEN, _PAST = "slot_taken", "past"
_REASONS = (_TAKEN, "calendar_unreadable", _PAST)


@dataclass(frozen=True)
class DriftNotice:
    """``consequence`` says what following leads to, empty where it cannot succeed; ``reason`` why it was not followed
    although that is wanted, or cannot be.
    """

    what: str
    consequence: str
    reason: str


def drift_notice(appointment: AppointmentView, language: Language, zone: str, now: datetime) -> DriftNotice | None:
    drift = appointment.drift
    if drift is None:
        return None
    reason = _reason(drift, now)
    names = {attendee.staff_id: attendee.name for attendee in appointment.attendees}
    return DriftNotice(
        what=_what(drift, names.get(drift.staff_id, ""), language, zone),
        consequence="" if reason == _PAST else _consequence(drift, language),
        reason=text(language, f"drift.reason_{reason if reason in _REASONS else 'other'}") if reason else "",
    )


def _consequence(drift: DriftView, language: Language) -> str:
    sentences = [text(language, f"drift.follow_{drift.kind}")]
    if drift.reason == _TAKEN:
        sentences.append(text(language, "drift.follow_if_free"))
    return ("" if language == "ja" else " ").join(sentences)


def _reason(drift: DriftView, now: datetime) -> str:
    """A time that was still to come when it was found may be past by now."""
    moved_back = drift.kind is DriftKind.MOVED and drift.start is not None and drift.start <= now
    return _PAST if moved_back else drift.reason or ""


def _what(drift: DriftView, name: str, language: Language, zone: str) -> str:
    where = text(language, f"connections.{drift.provider}")
    if drift.kind is DriftKind.MOVED and drift.start and drift.end:
        when = times.span(drift.start, drift.end, zone, language)
        return text(language, "drift.moved", name=name, calendar=where, when=when)
    if drift.kind is DriftKind.CHANGED and drift.title:
        return text(language, "drift.renamed", name=name, calendar=where, title=drift.title)
    return text(language, f"drift.{drift.kind}_somehow", name=name, calendar=where)

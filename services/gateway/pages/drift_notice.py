"""What a person reads about an entry or a meeting that was changed directly at its provider (V6, E7)."""

from dataclasses import dataclass
from datetime import datetime

from services.gateway.pages import times
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentView, DriftView
from shared.contracts.drift import DriftKind, DriftSource
from shared.problem import Language

_TAKEN, _PAST = "slot_taken", "past"
_REASONS = (_TAKEN, "calendar_unreadable", _PAST)


@dataclass(frozen=True)
class DriftNotice:
    """``consequence`` says what following leads to, empty where it cannot succeed; ``reason`` why it was not followed
    although that is wanted, or cannot be; ``restore`` what putting back does; ``dead_link`` that nobody can join by the
    link any more.
    """

    heading: str
    at_zoom: bool
    what: str
    restore: str
    consequence: str
    reason: str
    dead_link: bool


def drift_notice(appointment: AppointmentView, language: Language, zone: str, now: datetime) -> DriftNotice | None:
    drift = appointment.drift
    if drift is None:
        return None
    reason = _reason(drift, now)
    names = {attendee.staff_id: attendee.name for attendee in appointment.attendees}
    return DriftNotice(
        heading=text(language, f"{_words(drift)}.heading"),
        at_zoom=_at_zoom(drift),
        what=_what(drift, names.get(drift.staff_id, ""), language, zone),
        restore=_restore(drift, language),
        consequence="" if reason == _PAST else _consequence(drift, language),
        reason=text(language, f"drift.reason_{reason if reason in _REASONS else 'other'}") if reason else "",
        dead_link=_at_zoom(drift) and drift.kind is DriftKind.DELETED and drift.original_start is None,
    )


def _consequence(drift: DriftView, language: Language) -> str:
    of_one = "occurrence_" if drift.original_start else ""
    noted = drift.kind is DriftKind.CHANGED and drift.note is not None and not drift.title
    sentences = [text(language, "drift.follow_noted" if noted else f"drift.{of_one}follow_{drift.kind}")]
    if drift.reason == _TAKEN:
        sentences.append(text(language, "drift.follow_if_free"))
    return ("" if language == "ja" else " ").join(sentences)


def _restore(drift: DriftView, language: Language) -> str:
    if drift.original_start:
        return text(language, f"{_words(drift)}.occurrence_restore")
    return text(language, f"{_words(drift)}.restore_{drift.kind}" if _at_zoom(drift) else "drift.restore_hint")


def _reason(drift: DriftView, now: datetime) -> str:
    """A time that was still to come when it was found may be past by now."""
    moved_back = drift.kind is DriftKind.MOVED and drift.start is not None and drift.start <= now
    return _PAST if moved_back else drift.reason or ""


def _what(drift: DriftView, name: str, language: Language, zone: str) -> str:
    words = _words(drift)
    where = text(language, f"connections.{drift.provider}")
    if drift.original_start:
        return _what_of_one(drift, drift.original_start, name, language, zone)
    if drift.kind is DriftKind.MOVED and drift.start and drift.end:
        when = times.span_or_days(drift.start, drift.end, zone, language)
        return text(language, f"{words}.moved", name=name, calendar=where, when=when)
    if drift.kind is DriftKind.CHANGED and drift.title:
        return text(language, f"{words}.renamed", name=name, calendar=where, title=drift.title)
    if drift.kind is DriftKind.CHANGED and drift.note is not None:
        return text(language, "drift.noted", name=name, calendar=where)
    return text(language, f"{words}.{drift.kind}_somehow", name=name, calendar=where)


def _what_of_one(drift: DriftView, original_start: datetime, name: str, language: Language, zone: str) -> str:
    """One occurrence of a recurring appointment, named by when it was to begin (E6)."""
    values = {
        "name": name,
        "calendar": text(language, f"connections.{drift.provider}"),
        "which": times.moment(original_start, zone, language),
    }
    words = f"{_words(drift)}.occurrence"
    if drift.kind is DriftKind.DELETED or not drift.start or not drift.end:
        return text(language, f"{words}_deleted", **values)
    return text(language, f"{words}_moved", **values, when=times.span(drift.start, drift.end, zone, language))


def _at_zoom(drift: DriftView) -> bool:
    return drift.provider is DriftSource.ZOOM


def _words(drift: DriftView) -> str:
    """Whose texts tell of it."""
    return "meeting_drift" if _at_zoom(drift) else "drift"

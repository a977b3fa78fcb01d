"""What a person reads about an entry that was changed directly in a calendar (V6)."""

from dataclasses import dataclass

from services.gateway.pages import times
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentView, DriftView
from shared.contracts.calendar_sync import DriftKind
from shared.problem import Language

_REASONS = ("slot_taken", "calendar_unreadable", "past")


@dataclass(frozen=True)
class DriftNotice:
    """``consequence`` says what following leads to; ``reason`` why it was not followed although that is wanted."""

    what: str
    consequence: str
    reason: str


def drift_notice(appointment: AppointmentView, language: Language, zone: str) -> DriftNotice | None:
    drift = appointment.drift
    if drift is None:
        return None
    names = {attendee.staff_id: attendee.name for attendee in appointment.attendees}
    return DriftNotice(
        what=_what(drift, names.get(drift.staff_id, ""), language, zone),
        consequence=text(language, f"drift.follow_{drift.kind}"),
        reason=text(language, f"drift.reason_{drift.reason if drift.reason in _REASONS else 'other'}")
        if drift.reason
        else "",
    )


def _what(drift: DriftView, name: str, language: Language, zone: str) -> str:
    where = text(language, f"connections.{drift.provider}")
    if drift.kind is DriftKind.MOVED and drift.start and drift.end:
        when = times.span(drift.start, drift.end, zone, language)
        return text(language, "drift.moved", name=name, calendar=where, when=when)
    if drift.kind is DriftKind.CHANGED and drift.title:
        return text(language, "drift.renamed", name=name, calendar=where, title=drift.title)
    return text(language, f"drift.{drift.kind}_somehow", name=name, calendar=where)

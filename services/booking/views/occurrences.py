"""Occurrences as staff see them (E6)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.booking.model.appointment import Appointment
from services.booking.model.series import every_occurrence
from services.booking.views.staff import Access
from shared.contracts.api.occurrences import GuestOccurrenceView, OccurrenceList, OccurrenceStatus, OccurrenceView
from shared.contracts.booking import Occurrence
from shared.internal import Caller


def occurrence_views(of: Appointment, caller: Caller, now: datetime) -> OccurrenceList:
    return OccurrenceList(items=[occurrence_view(of, one, caller, now) for one in every_occurrence(of)])


def all_within(
    of: Appointment, caller: Caller, from_at: datetime | None, until_at: datetime | None, now: datetime
) -> list[OccurrenceView]:
    """Those of a series that overlap the window, earliest first; none where there is no window."""
    if of.series is None or (from_at is None and until_at is None):
        return []
    return [
        occurrence_view(of, one, caller, now)
        for one in of.occurrences
        if (from_at is None or one.end_at > from_at) and (until_at is None or one.start_at < until_at)
    ]


def guest_occurrences(of: Appointment) -> list[GuestOccurrenceView]:
    """In the order of the rule, cancelled ones too."""
    zone, changed = ZoneInfo(of.time_zone), of.series.changed if of.series else ()
    return [
        GuestOccurrenceView(
            original_start=one.original_start_at.astimezone(zone),
            start=one.start_at.astimezone(zone),
            end=one.end_at.astimezone(zone),
            status=_status(of, one),
            moved=one in changed and not one.canceled,
        )
        for one in every_occurrence(of)
    ]


def _status(of: Appointment, one: Occurrence) -> OccurrenceStatus:
    return OccurrenceStatus.CONFIRMED if of.is_live and not one.canceled else OccurrenceStatus.CANCELED


def occurrence_view(of: Appointment, one: Occurrence, caller: Caller, now: datetime) -> OccurrenceView:
    zone = ZoneInfo(of.time_zone)
    status = _status(of, one)
    changed = of.series.changed if of.series else ()
    return OccurrenceView(
        appointment_id=of.appointment_id,
        version=of.version,
        original_start=one.original_start_at.astimezone(zone),
        start=one.start_at.astimezone(zone),
        end=one.end_at.astimezone(zone),
        status=status,
        moved=one in changed and not one.canceled,
        can_change=status is OccurrenceStatus.CONFIRMED and one.start_at > now and Access.of(of, caller).can_change,
    )

"""Staff move or cancel one occurrence of a recurring appointment (E6)."""

from datetime import datetime

from services.booking.model.appointment import Appointment
from services.booking.model.series import (
    RefusedOccurrence,
    occurrence_named,
    with_canceled,
    with_moved,
)
from services.booking.model.spans import Span
from services.booking.problems import NotOpen
from services.booking.usecases.change_appointment import CancelAppointment, ChangeAppointment
from services.booking.usecases.drafting import check_time
from services.booking.usecases.series_faults import occurrence_problem
from shared import clock
from shared.contracts.api.occurrences import OccurrencePatch
from shared.contracts.booking import Occurrence
from shared.contracts.envelope import Cause
from shared.internal import Caller
from shared.problem import NotFound


class ChangeOccurrence:
    """A new time passes the same look and guard as a reschedule; what changes nothing makes no revision (G20)."""

    def __init__(self, change: ChangeAppointment, cancel: CancelAppointment) -> None:
        self._change = change
        self._cancel = cancel

    async def move(
        self,
        before: Appointment,
        original_start_at: datetime,
        wanted: OccurrencePatch,
        caller: Caller,
        cause: Cause | None = None,
    ) -> Appointment:
        """``cause`` where it is not the caller's own request."""
        occurrence = _find(before, original_start_at)
        start_at = wanted.start or occurrence.start_at
        length = occurrence.end_at - occurrence.start_at
        span = Span(start_at, wanted.end or (start_at + length if wanted.start else occurrence.end_at))
        if not before.is_live:
            raise NotOpen()
        if not occurrence.canceled and span == Span(occurrence.start_at, occurrence.end_at):
            return before
        check_time(span, caller.language, all_day=before.all_day)
        try:
            after = with_moved(before, occurrence, span, clock.now())
        except RefusedOccurrence as refused:
            raise occurrence_problem(refused.fault, caller.language) from refused
        overlap = wanted.allow_overlap
        return await self._change.occurrence(before, after, occurrence, caller, cause, allow_overlap=overlap)

    async def cancel(
        self, before: Appointment, original_start_at: datetime, caller: Caller, cause: Cause | None = None
    ) -> Appointment:
        """A second one changes nothing; with the last one that is left the whole is cancelled."""
        occurrence = _find(before, original_start_at)
        if occurrence.canceled or not before.is_live:
            return before
        try:
            after = with_canceled(before, occurrence, clock.now())
        except RefusedOccurrence as refused:
            raise occurrence_problem(refused.fault, caller.language) from refused
        if not after.occurrences:
            return await self._cancel(before, "", caller, cause)
        return await self._change.occurrence(before, after, occurrence, caller, cause, allow_overlap=True)


def _find(of: Appointment, original_start_at: datetime) -> Occurrence:
    found = occurrence_named(of, original_start_at)
    if found is None:
        raise NotFound()
    return found

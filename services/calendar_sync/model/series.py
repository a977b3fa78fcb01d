"""A recurring appointment (E6) as one recurring entry: its rule, and every occurrence as it is to stand."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.calendar_sync.model.busy import Window
from shared.contracts.booking import Appointment
from shared.drift import OccurrenceState
from shared.recurrence import all_occurrences


@dataclass(frozen=True)
class DraftOccurrence:
    """``original_at``, when the rule has it begin, names it at every provider."""

    original_at: datetime
    start_at: datetime
    end_at: datetime
    canceled: bool


@dataclass(frozen=True)
class DraftSeries:
    """``rrule`` begins with the draft's start, in its zone."""

    rrule: str
    occurrences: tuple[DraftOccurrence, ...]

    @property
    def reach(self) -> Window:
        """In which all occurrences lie, moved ones too."""
        moments = [at for one in self.occurrences for at in (one.original_at, one.start_at, one.end_at)]
        return Window(min(moments) - timedelta(days=1), max(moments) + timedelta(days=1))

    def states(self, now: datetime) -> list[OccurrenceState]:
        """Those that are still to come, as they should stand."""
        coming = (one for one in self.live if one.end_at > now)
        return [OccurrenceState(one.original_at, one.start_at, one.end_at) for one in coming]

    @property
    def live(self) -> tuple[DraftOccurrence, ...]:
        return tuple(one for one in self.occurrences if not one.canceled)


def series_of(appointment: Appointment) -> DraftSeries | None:
    if appointment.series is None:
        return None
    return DraftSeries(
        appointment.series.rrule,
        tuple(
            DraftOccurrence(one.original_start_at, one.start_at, one.end_at, one.canceled)
            for one in all_occurrences(
                appointment.start_at,
                appointment.end_at,
                appointment.time_zone,
                appointment.series,
                all_day=appointment.all_day,
            )
        ),
    )


def last_end(appointment: Appointment) -> datetime:
    """When nothing of it is to come any more."""
    series = series_of(appointment)
    return max([appointment.end_at, *(one.end_at for one in series.live)]) if series else appointment.end_at

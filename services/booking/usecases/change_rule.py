"""Another rule, or another time of the whole, of a recurring appointment that has not begun (E6)."""

from services.booking.model.appointment import Appointment
from services.booking.model.series import with_another_rule, with_whole_moved
from services.booking.problems import Words, invalid
from services.booking.usecases.series_faults import BEGUN, bad_rule
from shared import clock
from shared.contracts.api.appointments import AppointmentPatch
from shared.problem import Language
from shared.recurrence import BadRule

_STAYS_SINGLE: Words = (
    "単発の予定を定例にすることはできません。定例として新しく登録してください。",
    "A single schedule cannot become a recurring one; register a recurring one.",
)
_STAYS_SERIES: Words = (
    "定例を単発の予定にすることはできません。残りの回をキャンセルするか、新しく登録してください。",
    "A recurring schedule cannot become a single one; cancel its other occurrences, or register it anew.",
)


def with_rule(before: Appointment, after: Appointment, wanted: AppointmentPatch, language: Language) -> Appointment:
    """``after`` with the rule that is asked for, or with the one it has moved along. What was moved or cancelled of it
    stays where the new rule has it too.
    """
    asked = "rrule" in wanted.model_fields_set
    if asked and (wanted.rrule is None) is not (before.series is None):
        raise invalid(language, ("/rrule", _STAYS_SINGLE if before.series is None else _STAYS_SERIES))
    if before.series is None:
        return after
    try:
        if wanted.rrule is not None:
            changed = with_another_rule(after, wanted.rrule)
        else:
            changed = with_whole_moved(before, after)
    except BadRule as refused:
        raise bad_rule(refused, "/rrule" if asked else "/start", language) from refused
    if is_moved(before, changed) and before.start_at <= clock.now():
        raise invalid(language, ("/start" if before.span != after.span else "/rrule", BEGUN))
    return changed


def is_moved(before: Appointment, after: Appointment) -> bool:
    """Whether it takes place at other times, of which all are told."""
    rules = [one.series.rrule if one.series else None for one in (before, after)]
    return before.span != after.span or rules[0] != rules[1]

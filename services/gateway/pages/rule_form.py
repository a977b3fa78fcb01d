"""The rule of a recurring schedule in the form that edits it (E6): from an RRULE to the controls, and back."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from services.gateway.pages.schedule_form import Typed, rule_of
from shared.contracts.api.appointments import AppointmentView
from shared.contracts.booking import Series
from shared.recurrence import DAYS, Frequency, all_occurrences, parse

RULE = ("freq", "interval", "weekdays", "ends", "count", "until")
"""``weekdays`` are joined by commas; days are those of the organization's zone."""


def rule_fields(of: AppointmentView) -> dict[str, str]:
    """As the form would send them; what the rule does not use stands as it would be chosen."""
    if not of.rrule:
        return {}
    zone = ZoneInfo(of.time_zone)
    rule = parse(of.rrule, of.time_zone, all_day=of.all_day)
    times = all_occurrences(of.start, of.end, of.time_zone, Series(rrule=of.rrule), all_day=of.all_day)
    weekly = rule.frequency is Frequency.WEEKLY
    days = [DAYS[day.weekday] for day in rule.days] if weekly else [DAYS[of.start.astimezone(zone).weekday()]]
    last = times[-1].start_at.astimezone(zone).date()
    return {
        "freq": rule.frequency.value,
        "interval": str(rule.interval),
        "weekdays": ",".join(days),
        "ends": "until" if rule.count is None else "count",
        "count": str(len(times)),
        "until": last.isoformat(),
    }


def rule_typed(values: Mapping[str, str], of: AppointmentView) -> str:
    """An RRULE. Days of a month and the like, for which there are no controls, stay as they were. Raises
    ``ValueError`` naming the field that is no day.
    """
    text = rule_of(Typed(values, weekdays=[day for day in values["weekdays"].split(",") if day]))
    known = parse(of.rrule or "", of.time_zone, all_day=of.all_day)
    if known.frequency is Frequency.WEEKLY or values["freq"] != known.frequency:
        return text
    days = f";BYDAY={','.join(map(str, known.days))}" if known.days else ""
    return text + days + (f";BYMONTHDAY={','.join(map(str, known.month_days))}" if known.month_days else "")

"""A rule of recurrence as people say it (E6)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.gateway.pages.texts import text
from shared import wording
from shared.contracts.api.appointments import AppointmentView
from shared.problem import Language
from shared.recurrence import DAYS, BadRule, Day, parse


def rule_words(appointment: AppointmentView, language: Language) -> str:
    """``毎週 月、水 · 全10回``; empty where it does not recur."""
    if not appointment.rrule:
        return ""
    try:
        rule = parse(appointment.rrule, appointment.time_zone, all_day=appointment.all_day)
    except BadRule:
        return appointment.rrule
    often = text(language, f"schedule.freq_{rule.frequency}")
    if rule.interval > 1:
        often = text(language, f"schedule.every_{rule.frequency}", n=rule.interval)
    comma = text(language, "common.list_comma")
    days = comma.join(_day(day, language) for day in rule.days)
    month_days = comma.join(_month_day(day, language) for day in rule.month_days)
    until = rule.until
    if isinstance(until, datetime):
        until = until.astimezone(ZoneInfo(appointment.time_zone)).date()
    end = (
        text(language, "schedule.times", n=rule.count)
        if until is None
        else text(language, "schedule.through", day=wording.day(until, language))
    )
    return " · ".join(filter(None, [" ".join(filter(None, [often, days, month_days])), end]))


def _day(day: Day, language: Language) -> str:
    name = text(language, f"schedule.day_{DAYS[day.weekday]}")
    if day.position is None:
        return name
    return text(language, "schedule.last_day" if day.position < 0 else "schedule.nth_day", n=day.position, day=name)


def _month_day(day: int, language: Language) -> str:
    return text(language, "schedule.month_end") if day < 0 else text(language, "schedule.month_day", n=day)

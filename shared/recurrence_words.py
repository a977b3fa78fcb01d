"""A rule of recurrence in words, the same on pages and in mails (E6). Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.contracts.booking import Appointment, Series
from shared.recurrence import Day, Frequency, Rule, all_occurrences, parse
from shared.wording import Language, clock_span

_DAYS_JA = "月火水木金土日"
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNITS_JA = {
    Frequency.DAILY: ("毎日", "日ごと"),
    Frequency.WEEKLY: ("毎週", "週間ごと"),
    Frequency.MONTHLY: ("毎月", "か月ごと"),
}
_UNITS_EN = {Frequency.DAILY: "day", Frequency.WEEKLY: "week", Frequency.MONTHLY: "month"}
_PLACES_EN = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


def series_in_words(appointment: Appointment, zone: ZoneInfo, language: Language) -> str:
    """``毎週火曜日 13:00 ～ 14:00(全10回)``; empty where it does not recur."""
    if appointment.series is None:
        return ""
    return rule_in_words(
        appointment.series.rrule,
        appointment.start_at,
        appointment.end_at,
        appointment.time_zone,
        zone,
        language,
        all_day=appointment.all_day,
    )


def rule_in_words(
    rrule: str,
    start_at: datetime,
    end_at: datetime,
    time_zone: str,
    zone: ZoneInfo,
    language: Language,
    *,
    all_day: bool = False,
) -> str:
    """Times are those in ``zone``, days those of the appointment's own ``time_zone``. Raises ``BadRule``."""
    times = len(all_occurrences(start_at, end_at, time_zone, Series(rrule=rrule), all_day=all_day))
    rule = parse(rrule, time_zone, all_day=all_day)
    span = "" if all_day else _span(start_at, end_at, zone, language)
    if language == "ja":
        return f"{_japanese(rule)}{span}(全{times}回)"
    return f"{_english(rule)}{span} ({times} {'time' if times == 1 else 'times'})"


def _span(start_at: datetime, end_at: datetime, zone: ZoneInfo, language: Language) -> str:
    return " " + clock_span(start_at, end_at, zone, language)


def _japanese(rule: Rule) -> str:
    every, apart = _UNITS_JA[rule.frequency]
    head = every if rule.interval == 1 else f"{rule.interval}{apart}"
    joint = "" if rule.interval == 1 else "の"
    days = "・".join(_day_ja(day) for day in rule.days) or "・".join(_date_ja(day) for day in rule.month_days)
    return f"{head}{joint}{days}" if days else head


def _day_ja(day: Day) -> str:
    place = "" if day.position is None else "最終" if day.position == -1 else f"第{day.position}"
    return f"{place}{_DAYS_JA[day.weekday]}曜日"


def _date_ja(day: int) -> str:
    return "末日" if day == -1 else f"{day}日"


def _english(rule: Rule) -> str:
    unit = _UNITS_EN[rule.frequency]
    head = f"Every {unit}" if rule.interval == 1 else f"Every {rule.interval} {unit}s"
    days = ", ".join(_day_en(day) for day in rule.days) or ", ".join(_date_en(day) for day in rule.month_days)
    return f"{head} on {days}" if days else head


def _day_en(day: Day) -> str:
    name = _DAYS_EN[day.weekday]
    return name if day.position is None else f"the {_PLACES_EN[day.position]} {name}"


def _date_en(day: int) -> str:
    return "the last day" if day == -1 else f"day {day}"

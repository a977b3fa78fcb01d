"""A recurring appointment in a mail (E6): the rule, the occurrence that the mail is about, and what differs from the
rule. Pure.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.notifier.mails import moments
from services.notifier.model.matter import Notice
from shared import wording
from shared.contracts.booking import Appointment, Occurrence
from shared.contracts.notifier import Purpose
from shared.recurrence import occurrences
from shared.recurrence_words import series_in_words
from shared.wording import Language

_OF_THE_END = (Purpose.CANCELED, Purpose.REPLACED)


def time_told(appointment: Appointment, notice: Notice, at: datetime) -> tuple[datetime, datetime]:
    """Of a series the occurrence that this mail is about, else the first that is not over."""
    if notice.occurrence is not None:
        return notice.occurrence.start_at, notice.occurrence.end_at
    every = occurrences(
        appointment.start_at,
        appointment.end_at,
        appointment.time_zone,
        appointment.series,
        all_day=appointment.all_day,
    )
    ahead = [one for one in every if one.end_at > at] or every
    found = next((one for one in every if one.start_at == notice.start_at), next(iter(ahead), None))
    return (found.start_at, found.end_at) if found else (appointment.start_at, appointment.end_at)


def rule(appointment: Appointment, notice: Notice, zone: ZoneInfo, language: Language) -> str:
    """In mails about the whole of a series."""
    return series_in_words(appointment, zone, language) if _is_of_whole(notice) else ""


def exceptions(appointment: Appointment, notice: Notice, at: datetime, zone: ZoneInfo, language: Language) -> list[str]:
    """What is to come otherwise than the rule says, a line each, where the mail is about the whole and not its end."""
    if appointment.series is None or not _is_of_whole(notice) or notice.purpose in _OF_THE_END:
        return []
    differing = sorted(appointment.series.changed, key=lambda one: one.original_start_at)
    return [
        _exception(one, zone, language, all_day=appointment.all_day)
        for one in differing
        if max(one.original_start_at, one.end_at) > at
    ]


def _is_of_whole(notice: Notice) -> bool:
    return notice.occurrence is None and notice.purpose not in (Purpose.REMINDER, Purpose.NOTICE)


def _exception(one: Occurrence, zone: ZoneInfo, language: Language, *, all_day: bool) -> str:
    place = "" if all_day else f" ({moments.zone_label(zone, one.original_start_at)})"
    was = _begins(one.original_start_at, zone, language, all_day=all_day)
    if one.canceled:
        return f"{'キャンセル' if language == 'ja' else 'Cancelled'}: {was}{place}"
    now = (wording.days if all_day else wording.span)(one.start_at, one.end_at, zone, language)
    return f"{'日時変更' if language == 'ja' else 'Moved'}: {was} → {now}{place}"


def _begins(at: datetime, zone: ZoneInfo, language: Language, *, all_day: bool) -> str:
    return wording.day(at.astimezone(zone).date(), language) if all_day else wording.moment(at, zone, language)

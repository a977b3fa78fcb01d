"""What staff read where a recurring appointment cannot be had so (E6)."""

from collections.abc import Mapping

from services.booking.model.series import OccurrenceFault, series_of
from services.booking.model.spans import Span
from services.booking.problems import Words, invalid
from shared.contracts.booking import Series
from shared.problem import InvalidInput, Language, Problem
from shared.recurrence import MOST, BadRule, Fault

_RULES: Mapping[Fault, Words] = {
    Fault.UNREADABLE: ("RRULEの形式が正しくありません。", "This is no RRULE."),
    Fault.UNSUPPORTED: (
        "この繰り返しには対応していません。毎日・毎週・毎月から指定してください。",
        "This rule is not supported; it repeats daily, weekly or monthly.",
    ),
    Fault.UNBOUNDED: ("回数(COUNT)か終了日(UNTIL)を指定してください。", "It needs an end: COUNT or UNTIL."),
    Fault.TWO_ENDS: ("回数と終了日は同時に指定できません。", "COUNT and UNTIL exclude each other."),
    Fault.TOO_MANY: (f"繰り返しは{MOST}回までです。", f"At most {MOST} occurrences."),
    Fault.TOO_FAR: ("繰り返しは5年以内にしてください。", "It must end within five years."),
    Fault.START_APART: (
        "開始日時が繰り返しの初回と一致しません。",
        "The start is not the first occurrence of the rule.",
    ),
    Fault.OVERLAPPING: ("各回の時間が重なっています。", "Its occurrences overlap each other."),
}
_OCCURRENCES: Mapping[OccurrenceFault, Words] = {
    OccurrenceFault.OUT_OF_ORDER: (
        "前後の回の日を越えて移動することはできません。",
        "An occurrence stays between the days of its neighbours.",
    ),
}
BEGUN: Words = (
    "この定例はすでに始まっています。各回の日時を変更してください。",
    "This series has begun; move its occurrences one by one.",
)


class OccurrenceOver(Problem):
    code, status = "occurrence_over", 409
    ja = "この回はすでに始まっているか、終わっています。"
    en = "This occurrence has begun or is over."


class OccurrenceCanceled(Problem):
    code, status = "occurrence_canceled", 409
    ja = "この回はキャンセル済みです。"
    en = "This occurrence was cancelled."


def wanted_series(text: str, span: Span, time_zone: str, language: Language, *, all_day: bool) -> Series:
    """Of an appointment that begins with ``span``; refused with words at ``/rrule``."""
    try:
        return series_of(text, span, time_zone, all_day=all_day)
    except BadRule as refused:
        raise bad_rule(refused, "/rrule", language) from refused


def bad_rule(refused: BadRule, pointer: str, language: Language) -> InvalidInput:
    return invalid(language, (pointer, _RULES[refused.fault]))


def occurrence_problem(fault: OccurrenceFault, language: Language) -> Problem:
    match fault:
        case OccurrenceFault.OVER:
            return OccurrenceOver()
        case OccurrenceFault.CANCELED:
            return OccurrenceCanceled()
        case OccurrenceFault.OUT_OF_ORDER:
            return invalid(language, ("/start", _OCCURRENCES[fault]))

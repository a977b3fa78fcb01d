"""What a guest typed on a page, read against the page: how long, when, who, and the answers (H5, H6)."""

import re
from dataclasses import dataclass
from datetime import timedelta

from services.booking.model.page import Answer, Page, Utm
from services.booking.model.spans import Span
from services.booking.problems import REQUIRED, UNKNOWN_DURATION, UNKNOWN_QUESTION, WRONG_ANSWER, Words, invalid
from services.booking.schemas import known_locale
from shared.contracts.api.page_guests import BookingCreate
from shared.contracts.api.pages import QuestionFields, QuestionKind
from shared.contracts.people import Guest
from shared.problem import Language

_PHONE = re.compile(r"[+0-9０-９()（）./\-ー－ #*ext]{5,50}")
_LONGEST_LINE = 1_000


@dataclass(frozen=True)
class Booking:
    """A guest's choice, checked as far as the page alone says."""

    span: Span
    guest: Guest
    answers: list[Answer]
    utm: Utm | None
    time_zone: str
    locale: str

    @property
    def length(self) -> timedelta:
        return self.span.length


def read_booking(page: Page, given: BookingCreate, language: Language) -> Booking:
    """Raises 422 with pointers."""
    minutes = given.duration or (page.durations[0] if len(page.durations) == 1 else None)
    faults: list[tuple[str, Words]] = []
    if minutes is None:
        faults.append(("/duration", REQUIRED))
    elif minutes not in page.durations:
        faults.append(("/duration", UNKNOWN_DURATION))
    answers, faulty = _answers(page, given)
    if faults or faulty or minutes is None:
        raise invalid(language, *faults, *faulty)
    utm = Utm(**given.utm.model_dump())
    return Booking(
        span=Span(given.start, given.start + timedelta(minutes=minutes)),
        guest=Guest(**given.guest.model_dump()),
        answers=answers,
        utm=utm if utm != Utm() else None,
        time_zone=given.time_zone,
        locale=known_locale(given.locale),
    )


def _answers(page: Page, given: BookingCreate) -> tuple[list[Answer], list[tuple[str, Words]]]:
    """In the page's order; what was left empty is no answer."""
    known = {question.id: question for question in page.questions if question.id}
    faults = [(_pointer(one), UNKNOWN_QUESTION) for one in given.answers if one not in known]
    answers = []
    for question_id, question in known.items():
        value = given.answers.get(question_id)
        if value is None or value == "" or (value is False and question.required):
            if question.required:
                faults.append((_pointer(question_id), REQUIRED))
        elif not _fits(question, value):
            faults.append((_pointer(question_id), WRONG_ANSWER))
        else:
            answers.append(Answer(question_id=question_id, label=question.label, kind=question.kind, value=value))
    return answers, faults


def _fits(question: QuestionFields, value: str | bool) -> bool:
    if isinstance(value, bool):
        return question.kind is QuestionKind.CHECKBOX
    match question.kind:
        case QuestionKind.LONG_TEXT:
            return True
        case QuestionKind.TEXT:
            return "\n" not in value and len(value) <= _LONGEST_LINE
        case QuestionKind.PHONE:
            return _PHONE.fullmatch(value) is not None
        case QuestionKind.CHOICE:
            return value in question.choices
        case QuestionKind.CHECKBOX:
            return False


def _pointer(question_id: str) -> str:
    """RFC 6901."""
    return "/answers/" + question_id.replace("~", "~0").replace("/", "~1")

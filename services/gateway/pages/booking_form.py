"""What a guest typed on a scheduling page (H5): an HTML form, checked with the API's own model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from services.gateway.pages.free_days import instant
from services.gateway.pages.pick import instant_or_none
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given
from shared.contracts.api.fields import MESSAGE_LENGTH
from shared.contracts.api.page_guests import BookingCreate
from shared.contracts.api.pages import MOST_QUESTIONS, QuestionFields, QuestionKind
from shared.problem import FieldError, Language, field_error

ANSWER = "answer_"
_WHO = ("name", "company", "email")
_MISSING = {"name": "guest.name_needed", "email": "guest.email_needed", "start": "guest.choose_first"}


@dataclass(frozen=True)
class BookingForm:
    """The fields as typed; ``answers`` by the field's name. ``key`` was made with the page, so that the same form sent
    twice is one booking (G8).
    """

    start: datetime | None = None
    name: str = ""
    company: str = ""
    email: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    remember: bool = False
    """This browser is to know the guest from now on (H8)."""

    @classmethod
    def of(cls, form: FormData) -> "BookingForm":
        named = [name for name in form if name.startswith(ANSWER)][:MOST_QUESTIONS]
        return cls(
            start=instant_or_none(given(form, "start")),
            **{name: given(form, name).strip() for name in _WHO},
            answers={name: given(form, name).strip()[: MESSAGE_LENGTH + 1] for name in named},
            key=given(form, "form_key") or None,
            remember=bool(given(form, "remember")),
        )

    @property
    def is_begun(self) -> bool:
        return any((self.name, self.company, self.email, *self.answers.values()))

    def as_sent(self) -> dict[str, str]:
        """As the page's fields are called, without those that are empty; the time is in the address."""
        said = {name: getattr(self, name) for name in _WHO} | dict(self.answers)
        said |= {"remember": "1" if self.remember else ""}
        return {name: value for name, value in said.items() if value}

    def repeated(self) -> dict[str, str]:
        """All that a second try needs."""
        start = {"start": instant(self.start)} if self.start else {}
        return self.as_sent() | start | ({"form_key": self.key} if self.key else {})

    def body(
        self,
        questions: Sequence[QuestionFields],
        minutes: int,
        utm: Iterable[tuple[str, str]],
        zone: str,
        language: Language,
    ) -> dict[str, Any]:
        return {
            "start": instant(self.start) if self.start else "",
            "duration": minutes,
            "guest": {name: getattr(self, name) for name in _WHO},
            "answers": dict(answer for one in questions for answer in self._answer(one)),
            "utm": dict(utm),
            "time_zone": zone,
            "locale": language,
        }

    def _answer(self, question: QuestionFields) -> Iterable[tuple[str, str | bool]]:
        value = self.answers.get(f"{ANSWER}{question.id}", "")
        if value:
            yield str(question.id), True if question.kind is QuestionKind.CHECKBOX else value

    def errors(
        self, body: Mapping[str, Any], questions: Sequence[QuestionFields], language: Language
    ) -> dict[str, str]:
        """Field to sentence, in the page's order; empty where the form may be sent."""
        found: dict[str, str] = {}
        try:
            BookingCreate.model_validate(body)
        except ValidationError as error:
            for item in error.errors():
                loc = ("body", *item["loc"])
                found.setdefault(*self._told(field_error({**item, "loc": loc}, language), language))
        for one in questions:
            if one.required and one.id not in body["answers"]:
                found.setdefault(f"{ANSWER}{one.id}", _needed(one, language))
        order = ["start", *_WHO, *(f"{ANSWER}{one.id}" for one in questions)]
        return {name: found[name] for name in sorted(found, key=lambda name: order.index(name) if name in order else 0)}

    def errors_from(
        self, details: Iterable[FieldError], questions: Sequence[QuestionFields], language: Language
    ) -> dict[str, str]:
        """The API's pointers as fields; what points elsewhere stands under the empty name."""
        found: dict[str, str] = {}
        known = {f"{ANSWER}{one.id}" for one in questions}
        for item in details:
            name, sentence = self._told(item, language)
            found.setdefault(name if name in (*_WHO, *known) else "", sentence)
        return found

    def _told(self, item: FieldError, language: Language) -> tuple[str, str]:
        where = str(item.get("pointer", "")).removeprefix("/").split("/")
        name = where[0]
        if name == "guest":
            name = where[1] if len(where) > 1 else "name"
        elif name == "answers" and len(where) > 1:
            return ANSWER + where[1].replace("~1", "/").replace("~0", "~"), str(item["detail"])
        if name in _MISSING and not getattr(self, name):
            return name, text(language, _MISSING[name])
        return name, text(language, "guest.email_wrong") if name == "email" else str(item["detail"])


def _needed(question: QuestionFields, language: Language) -> str:
    what = {QuestionKind.CHECKBOX: "tick_needed", QuestionKind.CHOICE: "choice_needed"}
    return text(language, f"page_guests.{what.get(question.kind, 'answer_needed')}")

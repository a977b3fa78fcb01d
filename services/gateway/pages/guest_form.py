"""What a guest submits without JavaScript: an HTML form, checked with the API's own model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from services.gateway.pages.texts import text
from services.gateway.pages.times import known_zones
from shared.contracts.api.proposals import GuestConfirm
from shared.problem import FieldError, Language

MESSAGE_LENGTH = 1000
_FIELDS = ("slot_id", "name", "company", "email")
_MISSING = {"slot_id": "choose_first", "name": "name_needed", "email": "email_needed", "company": "fix"}


@dataclass(frozen=True)
class GuestForm:
    """The fields as typed. ``key`` was made with the page, so that the same form sent twice is one request (G8);
    ``message`` is the wish for other times (R24).
    """

    slot_id: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    time_zone: str = ""
    message: str = ""
    key: str | None = None

    @classmethod
    def of(cls, form: FormData) -> "GuestForm":
        def field(name: str) -> str:
            value = form.get(name, "")
            return value.strip() if isinstance(value, str) else ""

        zone = field("time_zone")
        return cls(
            slot_id=field("slot_id"),
            name=field("name"),
            company=field("company"),
            email=field("email"),
            time_zone=zone if zone in known_zones() else "",
            message=field("message")[:MESSAGE_LENGTH],
            key=field("form_key") or None,
        )

    @property
    def is_begun(self) -> bool:
        """Whether more was typed than a wish for other times."""
        return any(getattr(self, name) for name in _FIELDS)

    def as_sent(self) -> dict[str, str]:
        """As the page's fields are called."""
        fields = {name: getattr(self, name) for name in (*_FIELDS, "time_zone", "message")}
        return fields | {"form_key": self.key or ""}

    def values(self, language: Language) -> dict[str, str]:
        return {name: getattr(self, name) for name in (*_FIELDS, "time_zone")} | {"locale": language}

    def body(self, language: Language) -> bytes:
        return GuestConfirm.model_validate(self.values(language)).model_dump_json().encode()

    def errors(self, language: Language) -> dict[str, str]:
        """Field to sentence; empty where the form may be sent."""
        try:
            GuestConfirm.model_validate(self.values(language))
        except ValidationError as error:
            return {
                str(item["loc"][0]): text(language, f"guest.{self._word(str(item['loc'][0]), item['type'])}")
                for item in error.errors()
                if item["loc"]
            }
        return {}

    def _word(self, name: str, kind: str) -> str:
        if kind == "string_too_long":
            return "too_long"
        if not getattr(self, name, ""):
            return _MISSING.get(name, "fix")
        return "email_wrong" if name == "email" else "fix"

    def errors_from(
        self, details: Iterable[FieldError] | Iterable[Mapping[str, Any]], language: Language
    ) -> dict[str, str]:
        """The API's pointers as fields; what points elsewhere stands under the empty name."""
        found: dict[str, str] = {}
        for item in details:
            name = str(item.get("pointer", "")).removeprefix("/").split("/")[0]
            if name in _FIELDS:
                missing = not getattr(self, name)
                found[name] = text(language, f"guest.{_MISSING[name]}") if missing else str(item["detail"])
            else:
                found.setdefault("", str(item.get("detail", "")))
        return found

"""Field types of the gateway's own requests."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StrictInt, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

from shared.contracts.api.fields import Email, GuestField, GuestName, ZoneName, one_line

Name = GuestName
Kana = GuestField
PASSWORD_LENGTH = 8
_FEWEST_DAYS, _MOST_DAYS = 7, 3650


def _given(text: str) -> str:
    if not text:
        raise PydanticCustomError("missing", "This is required.")
    return text


def _local_time(text: str) -> str:
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", text):
        raise PydanticCustomError("local_time", "A local time is HH:MM, such as 07:00.")
    return text


def _days_to_keep(value: object) -> object:
    """Whatever is wrong with it, the reader is told what may be."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number and (value == 0 or value in range(_FEWEST_DAYS, _MOST_DAYS + 1)):
        return value
    limits = {"fewest": _FEWEST_DAYS, "most": _MOST_DAYS}
    words = "0 (nothing is erased by itself) or a whole number from {fewest} to {most}."
    raise PydanticCustomError("retention_days", words, limits)


def _secret(shortest: int, longest: int) -> tuple[AfterValidator, WithJsonSchema]:
    """Pydantic words the length of a secret as that of a list."""

    def check(secret: SecretStr) -> SecretStr:
        length = len(secret.get_secret_value())
        if length < shortest:
            raise PydanticKnownError("string_too_short", {"min_length": shortest})
        if length > longest:
            raise PydanticKnownError("string_too_long", {"max_length": longest})
        return secret

    lengths = {"minLength": shortest, "maxLength": longest}
    return AfterValidator(check), WithJsonSchema({"type": "string", "format": "password", "writeOnly": True, **lengths})


EmailGiven = Annotated[Email, AfterValidator(_given)]
Zone = Annotated[ZoneName, AfterValidator(_given)]
LocalTime = Annotated[str, StringConstraints(min_length=5, max_length=5), AfterValidator(_local_time)]
ZoomUser = GuestField
RetentionDays = Annotated[
    StrictInt, BeforeValidator(_days_to_keep), Field(json_schema_extra={"minimum": 0, "maximum": _MOST_DAYS})
]
"""Of X5; 0 keeps."""
MinimumSlots = Annotated[StrictInt, Field(ge=0, le=20)]
"""0: staff are never asked for more."""
ProductName = Annotated[str, *one_line(100, shortest=1)]
Password = Annotated[SecretStr, *_secret(PASSWORD_LENGTH, 256)]
"""What a new password must be; an old one is only compared."""
GivenPassword = Annotated[SecretStr, *_secret(1, 1024)]

"""Field types of the gateway's own requests."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StrictInt, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

from shared.contracts.api.fields import Email, GuestField, GuestName, ZoneName, one_line

Name = GuestName
Kana = GuestField
PASSWORD_LENGTH = 8
_FEWEST_DAYS = 7


def _given(text: str) -> str:
    if not text:
        raise PydanticCustomError("missing", "This is required.")
    return text


def _local_time(text: str) -> str:
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", text):
        raise PydanticCustomError("local_time", "A local time is HH:MM, such as 07:00.")
    return text


def _a_week_at_least(days: int) -> int:
    if 0 < days < _FEWEST_DAYS:
        raise PydanticCustomError("too_few_days", "Guests are kept for a week at least, or as long as nobody asks (0).")
    return days


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
RetentionDays = Annotated[StrictInt, Field(ge=0, le=3650), AfterValidator(_a_week_at_least)]
"""Of X5; 0 keeps."""
MinimumSlots = Annotated[StrictInt, Field(ge=0, le=20)]
"""0: staff are never asked for more."""
ProductName = Annotated[str, *one_line(100, shortest=1)]
Password = Annotated[SecretStr, *_secret(PASSWORD_LENGTH, 256)]
"""What a new password must be; an old one is only compared."""
GivenPassword = Annotated[SecretStr, *_secret(1, 1024)]

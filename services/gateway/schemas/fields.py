"""Field types of the gateway's own requests."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from shared.contracts.api.fields import Email, GuestField, GuestName, ZoneName

Name = GuestName
Kana = GuestField
PASSWORD_LENGTH = 8


def _given(text: str) -> str:
    if not text:
        raise PydanticCustomError("missing", "This is required.")
    return text


def _local_time(text: str) -> str:
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", text):
        raise PydanticCustomError("local_time", "A local time is HH:MM, such as 07:00.")
    return text


EmailGiven = Annotated[Email, AfterValidator(_given)]
Zone = Annotated[ZoneName, AfterValidator(_given)]
LocalTime = Annotated[str, StringConstraints(min_length=5, max_length=5), AfterValidator(_local_time)]
ZoomUser = Annotated[GuestField, StringConstraints(max_length=255)]
ProductName = Annotated[GuestName, StringConstraints(max_length=100)]
Password = Annotated[SecretStr, Field(min_length=PASSWORD_LENGTH, max_length=256)]
"""What a new password must be; an old one is only compared."""
GivenPassword = Annotated[SecretStr, Field(min_length=1, max_length=1024)]

"""Instants in queries: RFC 3339, where the plus of an offset often arrives as a space."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from shared.contracts.api.fields import Instant

_LOST_PLUS = re.compile(r"(.*T.*\d) (\d\d:\d\d)")


def _with_plus(value: Any) -> Any:
    if isinstance(value, str) and (found := _LOST_PLUS.fullmatch(value)):
        return f"{found[1]}+{found[2]}"
    return value


QueryInstant = Annotated[Instant, BeforeValidator(_with_plus)]

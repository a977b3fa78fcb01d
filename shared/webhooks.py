"""Providers' webhooks as the gateway hands them on: read as far as they can be, and what the provider is answered."""

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Heard:
    """What the provider is answered: a status, and text where there is something to say."""

    status: int
    text: str = ""


def object_in(body: bytes | str) -> dict[str, Any]:
    """The JSON object that it is; an empty one where it is none."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}

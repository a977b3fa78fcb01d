"""Zoom's lists: page size and number, or a token that lives 15 minutes."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from deploy.sandbox.zoom.errors import FieldError, ZoomRefused, invalid
from shared import clock

_TOKEN_FOR = timedelta(minutes=15)
_MAX = 300
_DEFAULT = 30
Item = TypeVar("Item")


@dataclass(frozen=True)
class Page:
    offset: int
    size: int


def _bad_token() -> ZoomRefused:
    return ZoomRefused(400, 300, "The next page token is invalid or expired.")


def _token(offset: int) -> str:
    expires_at = (clock.now() + _TOKEN_FOR).timestamp()
    return base64.urlsafe_b64encode(json.dumps([offset, expires_at]).encode()).decode()


def _offset_of(token: str) -> int:
    try:
        offset, expires_at = json.loads(base64.urlsafe_b64decode(token))
        fresh = clock.now().timestamp() < float(expires_at)
    except (ValueError, TypeError, binascii.Error):
        raise _bad_token() from None
    if not fresh or not isinstance(offset, int):
        raise _bad_token()
    return offset


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid(FieldError(name, f"Should be between 1 and {most}."))
    return int(text)


def read_page(query: Mapping[str, str]) -> Page:
    """Which part of a list is asked for; raises code 300 for a bad size, number or token."""
    size = _number(query, "page_size", _DEFAULT, _MAX)
    if query.get("next_page_token"):
        return Page(_offset_of(query["next_page_token"]), size)
    return Page((_number(query, "page_number", 1, 1_000_000) - 1) * size, size)


def listed(name: str, items: list[Item], page: Page, row: Callable[[Item], dict[str, object]]) -> dict[str, object]:
    """One page of a list in Zoom's envelope."""
    end = page.offset + page.size
    return {
        "page_count": -(-len(items) // page.size),
        "page_number": page.offset // page.size + 1,
        "page_size": page.size,
        "total_records": len(items),
        "next_page_token": _token(end) if end < len(items) else "",
        name: [row(item) for item in items[page.offset : end]],
    }

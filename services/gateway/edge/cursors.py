"""Cursors of the gateway's own lists: opaque to callers."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from shared.cursors import CursorInvalid

ItemT = TypeVar("ItemT")
AtMost = Annotated[int | None, Query(ge=1, le=200)]
"""Of a short list, which is answered whole where nothing is said."""
Cursor = Annotated[str | None, Query(max_length=500)]


def cursor_of(last_id: str) -> str:
    return base64.urlsafe_b64encode(last_id.encode()).rstrip(b"=").decode()


def after(cursor: str | None) -> str:
    """The id before the first one wanted. Raises ``CursorInvalid``."""
    if not cursor:
        return ""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (UnicodeError, binascii.Error) as error:
        raise CursorInvalid() from error


def page_of(
    items: Sequence[ItemT], id_of: Callable[[ItemT], str], limit: int | None, cursor: str | None
) -> tuple[list[ItemT], str | None]:
    """A page of a list that is known whole, and the cursor of the next one. Raises ``CursorInvalid``."""
    ids = [id_of(item) for item in items]
    last = after(cursor)
    if last and last not in ids:
        raise CursorInvalid()
    begin = ids.index(last) + 1 if last else 0
    end = len(ids) if limit is None else begin + limit
    return list(items[begin:end]), cursor_of(ids[end - 1]) if end < len(ids) else None

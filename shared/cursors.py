"""Cursors of lists, opaque to callers: what the next page begins after."""

import base64
import json
from datetime import UTC, datetime

from shared.problem import Problem


class CursorInvalid(Problem):
    """Not one of ours."""

    code, status, pointer = "cursor_invalid", 422, "?cursor"
    ja = "cursor が正しくありません。"
    en = "The cursor is not valid."


def cursor_of(*parts: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def parts_of(cursor: str, length: int) -> list[str]:
    """Raises ``CursorInvalid``."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, RecursionError) as error:
        raise CursorInvalid() from error
    if not isinstance(parts, list) or len(parts) != length or not all(isinstance(part, str) for part in parts):
        raise CursorInvalid()
    return parts


def place_of(cursor: str) -> tuple[datetime, str]:
    """The instant and the id after which a page begins. Raises ``CursorInvalid``."""
    instant, last_id = parts_of(cursor, 2)
    try:
        at = datetime.fromisoformat(instant)
        if at.tzinfo is None:
            raise CursorInvalid()
        return at.astimezone(UTC), last_id
    except (ValueError, OverflowError) as error:
        raise CursorInvalid() from error

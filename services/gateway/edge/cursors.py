"""Cursors of the gateway's own lists: opaque to callers."""

import base64
import binascii

from shared.cursors import CursorInvalid


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

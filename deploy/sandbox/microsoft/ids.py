"""Ids of events: long, case-sensitive, base64url with padding, so that they must be encoded in paths."""

import base64
import re
import secrets

from deploy.sandbox.microsoft.errors import id_malformed

_SHAPE = re.compile(r"AA[A-Za-z0-9_-]{18,}={0,2}")


def new_event_id() -> str:
    """Without underscores, which mark occurrences here."""
    body = base64.urlsafe_b64encode(secrets.token_bytes(60)).decode().replace("_", "x")
    return f"AAMkAD{body}AAA="


def check_id(event_id: str) -> str:
    """The id itself; raises 400 for what can be none."""
    if not _SHAPE.fullmatch(event_id):
        raise id_malformed()
    return event_id

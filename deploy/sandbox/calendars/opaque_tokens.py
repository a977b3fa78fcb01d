"""Tokens that callers must not look into (page, sync and delta tokens): base64url of JSON with a checksum."""

import base64
import binascii
import hashlib
import json

from deploy.sandbox.calendars import Resource


def seal(content: Resource) -> str:
    """The token for ``content``."""
    raw = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()[:6] + raw).rstrip(b"=").decode()


def unseal(token: str) -> Resource | None:
    """What ``seal`` was given, or None for anything else."""
    try:
        raw = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    digest, content = raw[:6], raw[6:]
    if hashlib.sha256(content).digest()[:6] != digest:
        return None
    found = json.loads(content)
    return found if isinstance(found, dict) else None

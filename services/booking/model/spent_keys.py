"""What is left of an idempotency key when the guest is erased of whom it tells (X5): enough to make nothing again (G8),
and nothing that tells of anybody.
"""

import hashlib
from datetime import datetime, timedelta

from services.booking.model.proposal import Origin

KEY_KEPT = timedelta(hours=24)
"""How long an idempotency key stands for what it made."""


def spent_key(key: str) -> str:
    """Only who has the key finds it."""
    return f"spent:{hashlib.sha256(key.encode()).hexdigest()}"


def spent(origin: Origin | None, made_at: datetime, now: datetime) -> Origin | None:
    """None where the key is given back by then."""
    if origin is None or made_at <= now - KEY_KEPT:
        return None
    return Origin(key=spent_key(origin.key), fingerprint="")

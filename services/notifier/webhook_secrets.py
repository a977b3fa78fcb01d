"""Secrets of webhook endpoints at rest (G26); each is bound to its endpoint."""

from collections.abc import Callable

from services.notifier.model.signing import SECRET_BYTES, secret_text
from services.notifier.model.webhooks import Endpoint
from shared.crypto import KeyRing

PLACE = "webhook_endpoints/{}"


class WebhookSafe:
    """``random`` makes keys."""

    def __init__(self, ring: KeyRing, random: Callable[[int], bytes]) -> None:
        self._ring = ring
        self._random = random

    def new(self, endpoint_id: str) -> str:
        """A new secret, locked."""
        text = secret_text(self._random(SECRET_BYTES))
        return self._ring.encrypt(text.encode(), place=PLACE.format(endpoint_id))

    def open(self, endpoint: Endpoint, locked: str) -> str:
        return self._ring.decrypt(locked, place=PLACE.format(endpoint.endpoint_id)).decode()

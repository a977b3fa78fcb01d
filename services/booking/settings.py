"""Settings of booking."""

from datetime import timedelta

from pydantic import SecretStr

from shared.crypto import KeyRing
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """``CHOSEI_…`` variables; see ``ServiceSettings`` for those that all services share."""

    port: int = 8001
    token_keys: SecretStr
    """Guest tokens are derived from the first; links made with the others stay valid (G23)."""
    calendar_sync_url: str
    calendar_sync_token: SecretStr
    look_budget: timedelta = timedelta(seconds=2)
    """How long a guest waits at most for a look at a calendar (G4)."""
    looks_budget: timedelta = timedelta(seconds=6)
    """How long staff wait at most for looks at all slots of a proposal; the gateway waits 12 s for the answer."""
    look_max_age: timedelta = timedelta(seconds=30)
    """A copy of busy time that is older is looked at again when confirming (G4)."""
    stale_after: timedelta = timedelta(minutes=15)
    """A copy of busy time that is older counts as unknown (G3)."""
    unanswered_after: timedelta = timedelta(days=3)
    """Staff are told once of a proposal that lay unanswered for so long (X12)."""

    @property
    def token_ring(self) -> KeyRing:
        return KeyRing.parse(self.token_keys.get_secret_value())

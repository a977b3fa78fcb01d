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
    stripe_api_url: str = "https://api.stripe.com"
    stripe_secret_key: SecretStr = SecretStr("")
    """Without it no page can be given a price, and those that have one are closed to guests (H13)."""
    stripe_webhook_secret: SecretStr = SecretStr("")
    """Signs Stripe's webhooks; while it is empty none is believed, and payments are found by asking."""
    time_to_pay: timedelta = timedelta(minutes=31)
    """How long a time is held for a payment: Stripe's least is 30 minutes from when it makes the session, and a repeat
    after a lost answer comes a little later (H13)."""

    @property
    def takes_payments(self) -> bool:
        return bool(self.stripe_secret_key.get_secret_value())

    @property
    def token_ring(self) -> KeyRing:
        return KeyRing.parse(self.token_keys.get_secret_value())

"""Settings of reminder_scheduler."""

from datetime import timedelta

from pydantic import SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """``CHOSEI_…`` variables; see ``ServiceSettings`` for those that all services share."""

    port: int = 8005
    booking_url: str
    booking_token: SecretStr
    question_timeout: timedelta = timedelta(seconds=10)
    """How long booking may take to say which reminders stand; unanswered, they wait (G22)."""
    tick_every: timedelta = timedelta(seconds=1)
    """How often due reminders are looked for; promised within 60 s (G21), and the demo's clock moves within 2 s."""
    measure_every: timedelta = timedelta(seconds=10)
    """How often is measured for how long the longest due reminder waits; five minutes alarm (G21)."""

"""Settings that every service has; each service's own class extends this one. All come from ``CHOSEI_…`` variables."""

from datetime import timedelta

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.crypto import KeyRing


class ServiceSettings(BaseSettings):
    """Read once at start; frozen."""

    model_config = SettingsConfigDict(env_prefix="CHOSEI_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8000
    amqp_url: SecretStr
    mongo_url: SecretStr
    trusted_proxies: str = ""
    """Addresses or networks, comma-separated, whose X-Forwarded-For and -Proto are believed; nobody's by default."""
    public_url: str = "http://127.0.0.1:8000"
    """Where people reach the gateway; no trailing slash."""
    bus_keys: SecretStr
    """Keys of what travels sealed on the bus; the same for the six services."""
    data_keys: SecretStr
    """Keys of what this service encrypts at rest; its own."""
    api_tokens: SecretStr = SecretStr("")
    """``caller:token`` pairs that may call /internal of this service."""
    otlp_endpoint: str | None = None
    trace_ratio: float = 0.1
    """Share of new traces that are exported; tracing is the dearest part of a hop."""
    log_level: str = "INFO"
    drain: timedelta = timedelta(0)
    """How long a stopping service goes on as if nothing were, but that its answers end their connections: until whoever
    sends requests knows its successor, and longer than ``shared/http.py`` keeps an idle connection to it.
    """
    graceful_timeout: timedelta = timedelta(seconds=10)
    """How long a stopping service finishes what it holds before it hands it back."""

    @property
    def bus_ring(self) -> KeyRing:
        return KeyRing.parse(self.bus_keys.get_secret_value())

    @property
    def data_ring(self) -> KeyRing:
        return KeyRing.parse(self.data_keys.get_secret_value())

"""Settings of the sandbox, from the environment (prefix ``CHOSEI_SANDBOX_``)."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SandboxSettings(BaseSettings):
    """Where the sandbox listens, what it starts from and where it keeps its state."""

    model_config = SettingsConfigDict(env_prefix="CHOSEI_SANDBOX_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8025
    smtp_port: int = 1025
    public_url: str = ""
    """Base of the URLs that the sandbox hands out (join links, next links); by default host and port."""
    state_file: Path | None = None
    """Loaded at the start when it is there, written at a graceful stop."""
    seed: Path = Path(__file__).with_name("seed.json")
    latency_s: float = Field(default=0.0, ge=0)
    """Added to every answer of a provider, to stand for the way there and back."""
    zoom_webhook_url: str = ""
    """Where Zoom sends the app's events, validated before the first; none where empty."""
    zoom_webhook_secret: str = ""
    zoom_webhook_events: str = ""
    """Separated by commas; all where empty."""
    stripe_webhook_url: str = ""
    """Where Stripe sends events; none where empty."""
    stripe_webhook_secret: str = ""
    stripe_webhook_events: str = ""
    """Separated by commas; all where empty."""
    calls_kept: int = 50_000
    mails_kept: int = 20_000

    @property
    def base_url(self) -> str:
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

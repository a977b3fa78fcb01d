"""All the services that the gateway asks."""

from dataclasses import dataclass
from datetime import timedelta

from httpx import AsyncBaseTransport, AsyncClient
from pydantic import SecretStr

from services.gateway.providers.answers import Provider
from services.gateway.providers.backend import Backend
from services.gateway.providers.booking import Booking
from services.gateway.providers.connecting import CalendarSync, Connecting
from services.gateway.providers.notifier import Notifier
from services.gateway.providers.zoom import ZoomIssuer
from services.gateway.settings import Settings
from shared import http


@dataclass(frozen=True)
class Backends:
    """One pooled client each."""

    booking: Booking
    calendar_sync: CalendarSync
    zoom_issuer: ZoomIssuer
    notifier: Notifier
    reminder_scheduler: Backend

    @classmethod
    def connect(cls, settings: Settings, transport: AsyncBaseTransport | None = None) -> "Backends":
        """``transport`` stands in for the network in tests."""
        timeout = settings.backend_timeout

        def client(url: str, token: SecretStr) -> AsyncClient:
            return _client(url, token, timeout, transport)

        return cls(
            booking=Booking("booking", client(settings.booking_url, settings.booking_token)),
            calendar_sync=CalendarSync(
                "calendar_sync", client(settings.calendar_sync_url, settings.calendar_sync_token)
            ),
            zoom_issuer=ZoomIssuer("zoom_issuer", client(settings.zoom_issuer_url, settings.zoom_issuer_token)),
            notifier=Notifier("notifier", client(settings.notifier_url, settings.notifier_token)),
            reminder_scheduler=Backend(
                "reminder_scheduler", client(settings.reminder_scheduler_url, settings.reminder_scheduler_token)
            ),
        )

    @property
    def all(self) -> tuple[Backend, ...]:
        return (self.booking, self.calendar_sync, self.zoom_issuer, self.notifier, self.reminder_scheduler)

    def connecting(self, provider: Provider) -> Connecting:
        """The service that keeps the links to ``provider``."""
        return self.zoom_issuer if provider is Provider.ZOOM else self.calendar_sync

    async def close(self) -> None:
        for backend in self.all:
            await backend.close()


def _client(url: str, token: SecretStr, timeout: timedelta, transport: AsyncBaseTransport | None) -> AsyncClient:
    return http.internal_client(url, token.get_secret_value(), timeout=timeout, transport=transport)

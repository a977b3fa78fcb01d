"""The adapters and token endpoints of both vendors, made of the settings."""

from dataclasses import dataclass
from datetime import timedelta

import httpx

from services.calendar_sync.providers.google import GoogleCalendar, google_app
from services.calendar_sync.providers.google_rooms import GoogleRooms
from services.calendar_sync.providers.mailbox import Mailboxes, Pace
from services.calendar_sync.providers.microsoft import MicrosoftCalendar, microsoft_app
from services.calendar_sync.providers.microsoft_rooms import MicrosoftRooms
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.providers.rooms import RoomProvider, with_rooms
from services.calendar_sync.settings import Settings
from shared.contracts.calendar_sync import Provider
from shared.oauth import TokenEndpoint


def make_providers(settings: Settings, client: httpx.AsyncClient) -> dict[Provider, CalendarProvider]:
    return {
        Provider.GOOGLE: GoogleCalendar(
            client,
            api_url=settings.google_api_url,
            description_limit=settings.google_description_limit,
        ),
        Provider.MICROSOFT: MicrosoftCalendar(
            client,
            api_url=settings.microsoft_api_url,
            description_limit=settings.microsoft_description_limit,
        ),
    }


def make_mailboxes(settings: Settings) -> dict[Provider, Mailboxes]:
    a_minute = Pace(settings.google_per_minute, timedelta(minutes=1))
    ten_minutes = Pace(settings.microsoft_per_ten_minutes, timedelta(minutes=10))
    return {
        Provider.GOOGLE: Mailboxes(settings.google_concurrency, a_minute),
        Provider.MICROSOFT: Mailboxes(settings.microsoft_concurrency, ten_minutes),
    }


def make_room_providers(settings: Settings, client: httpx.AsyncClient) -> dict[Provider, RoomProvider]:
    return {
        Provider.GOOGLE: GoogleRooms(
            client, directory_url=settings.google_directory_url, api_url=settings.google_api_url
        ),
        Provider.MICROSOFT: MicrosoftRooms(client, api_url=settings.microsoft_api_url),
    }


@dataclass(frozen=True)
class Endpoints:
    """Where tokens come from: as staff are asked, and as administrators are who connect with rooms (V3)."""

    usual: dict[Provider, TokenEndpoint]
    with_rooms: dict[Provider, TokenEndpoint]


def make_endpoints(settings: Settings, client: httpx.AsyncClient) -> Endpoints:
    """``client`` has no base URL: sign-in and API live on different hosts."""
    google = google_app(
        settings.google_client_id,
        settings.google_client_secret.get_secret_value(),
        authorize_url=settings.google_authorize_url,
        oauth_url=settings.google_oauth_url,
    )
    microsoft = microsoft_app(
        settings.microsoft_client_id,
        settings.microsoft_client_secret.get_secret_value(),
        login_url=settings.microsoft_login_url,
        tenant=settings.microsoft_tenant,
    )
    apps = {Provider.GOOGLE: google, Provider.MICROSOFT: microsoft}
    return Endpoints(
        {provider: TokenEndpoint(app, client) for provider, app in apps.items()},
        {provider: TokenEndpoint(with_rooms(app), client) for provider, app in apps.items()},
    )

"""What calendar_sync asks of a provider about rooms (V3): buildings with their rooms, and whether a room is free.

Read with an administrator's connection that granted the scopes named here beside the usual ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.rooms import Catalogue
from services.calendar_sync.providers.protocol import Credential
from shared.contracts.calendar_sync import Provider
from shared.oauth import OAuthApp

ROOM_SCOPES: Mapping[Provider, tuple[str, ...]] = {
    Provider.GOOGLE: (
        "https://www.googleapis.com/auth/admin.directory.resource.calendar.readonly",
        "https://www.googleapis.com/auth/calendar.freebusy",
    ),
    Provider.MICROSOFT: ("Place.Read.All",),
}


class RoomProvider(Protocol):
    """One vendor; raises the five errors of ``shared.providers`` only."""

    async def read_rooms(self, credential: Credential) -> Catalogue: ...

    async def busy_rooms(
        self, credential: Credential, addresses: Sequence[str], span: Window
    ) -> Mapping[str, bool | None]:
        """Whether something stands in the span, by address; None where the provider cannot tell."""
        ...


def with_rooms(app: OAuthApp) -> OAuthApp:
    """Our app as an administrator is asked for it; who grants the usual scopes only is connected without rooms."""
    scopes = (*app.scopes, *ROOM_SCOPES[Provider(app.provider)])
    extra = {name: " ".join(scopes) if name == "scope" else value for name, value in app.token_extra.items()}
    return replace(app, scopes=scopes, token_extra=extra)


def asks_for_rooms(provider: Provider, scopes: Iterable[str]) -> bool:
    """By the last word: providers answer scopes with or without their address before it."""
    return {_name(scope) for scope in ROOM_SCOPES[provider]} <= {_name(scope) for scope in scopes}


def _name(scope: str) -> str:
    return scope.rpartition("/")[2].lower()

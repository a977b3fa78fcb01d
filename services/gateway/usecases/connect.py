"""A staff member's links to Zoom, Google and Microsoft: shown together, made and ended where they are kept."""

import asyncio
from collections.abc import Mapping

from services.gateway.model import Staff
from services.gateway.providers.answers import Connected, ConnectionList, ConnectionView, Provider
from services.gateway.providers.backends import Backends
from shared.internal import Caller
from shared.problem import Forbidden, Problem


class NoRoomsThere(Problem):
    """Rooms stand in calendars."""

    code, status, pointer = "no_rooms", 422, "/rooms"
    ja = "会議室はGoogleまたはMicrosoftとの連携でのみ読み取れます。"
    en = "Rooms are read from Google or Microsoft only."


class Connections:
    """Raises ``BackendProblem``."""

    def __init__(self, backends: Backends, public_url: str) -> None:
        self._backends = backends
        self._public_url = public_url.rstrip("/")

    async def of(self, caller: Caller) -> ConnectionList:
        """All three, in the order of ``Provider``; one never linked is ``disconnected``."""
        zoom, calendars = await asyncio.gather(
            self._backends.zoom_issuer.connections(caller), self._backends.calendar_sync.connections(caller)
        )
        order = list(Provider)
        return ConnectionList(
            items=sorted((*zoom.items, *calendars.items), key=lambda item: order.index(item.provider))
        )

    async def authorize(self, caller: Caller, staff: Staff, provider: Provider, *, rooms: bool = False) -> str:
        """Where the browser goes; Zoom may know the person by another address (``zoom_user``). ``rooms`` asks for the
        extra scope that rooms are read with, which is for administrators (V3). Raises ``Forbidden``, ``NoRoomsThere``.
        """
        if rooms and not staff.is_admin:
            raise Forbidden()
        if rooms and provider is Provider.ZOOM:
            raise NoRoomsThere()
        begun = await self._backends.connecting(provider).authorize(
            caller,
            provider,
            email=staff.email,
            redirect_uri=f"{self._public_url}/oauth/{provider}/callback",
            locale=caller.language,
            rooms=rooms,
        )
        return begun.authorize_url

    async def finish(self, caller: Caller, provider: Provider, answer: Mapping[str, str | None]) -> Connected:
        return await self._backends.connecting(provider).callback(caller, provider, answer)

    async def end(self, caller: Caller, provider: Provider) -> ConnectionView:
        return await self._backends.connecting(provider).disconnect(caller, provider)

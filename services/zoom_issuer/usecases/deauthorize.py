"""Somebody removed the app at Zoom: what they had granted ends as broken, and its tokens are deleted (G19)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from services.zoom_issuer.store.connections import Connections, Kind
from services.zoom_issuer.usecases.access_tokens import AccessToken, AccessTokens

log = structlog.get_logger(__name__)
_REMOVED = "the app was removed at Zoom"


class Deauthorize:
    """A grant that came after the removal goes on: Zoom may tell late and more than once."""

    def __init__(self, connections: Connections, tokens: AccessTokens, *, own_app: str, admin_app: str) -> None:
        self._connections = connections
        self._tokens = tokens
        self._own_app = own_app
        self._admin_app = admin_app or own_app

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        at, app = _moment(payload.get("deauthorization_time")), payload.get("client_id")
        if at is None or app not in (self._own_app, self._admin_app):
            log.info("notification.ignored")
            return
        if app == self._own_app:
            await self._end(at, Kind.OWN, str(payload.get("user_id", "")))
        if app == self._admin_app:
            await self._end(at, Kind.ADMIN, str(payload.get("account_id", "")))

    async def _end(self, at: datetime, kind: Kind, account_id: str) -> None:
        for connection in await self._connections.granted_before(at, kind, account_id):
            if connection.works:
                await self._tokens.give_up(AccessToken("", connection), _REMOVED)
            await self._connections.forget_tokens(connection.connection_id, at)


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

"""``python -m services.zoom_issuer.doctor``: also proves Zoom and each connection with it (X7)."""

from collections.abc import Sequence
from functools import partial

from services.zoom_issuer.app import make_endpoints
from services.zoom_issuer.providers.zoom import ZoomApi
from services.zoom_issuer.rotate import SECRETS
from services.zoom_issuer.settings import Settings
from services.zoom_issuer.store.connections import Connection, Connections, ConnectionStatus, Kind
from services.zoom_issuer.store.freezes import Freeze, Freezes
from services.zoom_issuer.subscribers import SERVICE
from services.zoom_issuer.usecases.access_tokens import AccessToken, AccessTokens
from shared import http, mongo
from shared.doctor.connections import Link, examine_links
from shared.doctor.findings import Examination, Finding, note
from shared.doctor.outside import examine_server
from shared.doctor.run import run
from shared.messaging.relay import Relay
from shared.providers import CredentialRevoked
from shared.runtime import make_broker


def examinations(settings: Settings) -> Sequence[Examination]:
    return [
        Examination("zoom", partial(examine_zoom, settings)),
        Examination("connections", partial(examine_connections, settings)),
    ]


async def examine_zoom(settings: Settings) -> Sequence[Finding]:
    reached = await examine_server("zoom", "Zoom", settings.zoom_api_url, "CHOSEI_ZOOM_API_URL")
    if settings.zoom_webhook_secret.get_secret_value():
        return reached
    found = "no secret of Zoom's webhooks: changes at Zoom are seen within ten minutes only"
    return [*reached, note("zoom", found, "register them and set CHOSEI_ZOOM_WEBHOOK_SECRET")]


async def examine_connections(settings: Settings) -> Sequence[Finding]:
    """By reading who they are, which counts against no budget (G20). What is to be published stays in its outbox for
    the running service.
    """
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=f"{SERVICE}-doctor")
    api = http.client(settings.zoom_api_url, timeout=settings.zoom_timeout)
    oauth = http.client("", timeout=settings.zoom_timeout)
    try:
        connections = Connections(database, settings.data_ring)
        relay = Relay(make_broker(SERVICE, settings), [])
        tokens = AccessTokens(connections, make_endpoints(settings, oauth), relay)
        zoom, freezes = ZoomApi(api), Freezes(database)
        links = [_link(one, await freezes.of(one.connection_id)) for one in await connections.linked()]

        async def question(connection_id: str) -> None:
            token = await tokens.of(connection_id)
            try:
                await _ask(zoom, token)
            except CredentialRevoked:
                await _ask(zoom, await tokens.of(connection_id, refused=token.text))

        return await examine_links(links, question)
    finally:
        await api.aclose()
        await oauth.aclose()
        await mongo.close(client)


async def _ask(zoom: ZoomApi, token: AccessToken) -> object:
    """What their scopes cover: a person's own user, or an account's users."""
    return await (zoom.me(token.text) if token.connection.kind is Kind.OWN else zoom.users(token.text))


def _link(one: Connection, freeze: Freeze | None) -> Link:
    frozen = f"frozen since {freeze.at:%F %H:%M} UTC: {freeze.missing} of {freeze.coming} gone" if freeze else ""
    broken = "broken: its tokens are refused" if one.status is ConnectionStatus.BROKEN else ""
    return Link(one.connection_id, "Zoom", one.account, one.staff_id, broken=broken, frozen=frozen)


if __name__ == "__main__":
    run(SERVICE, Settings, examinations, SECRETS)

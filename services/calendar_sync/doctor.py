"""``python -m services.calendar_sync.doctor``: also proves both providers and each connection with them (X7)."""

import asyncio
from collections.abc import Sequence
from functools import partial

from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.rotate import SECRETS
from services.calendar_sync.settings import Settings
from services.calendar_sync.store.connections import Connections
from services.calendar_sync.subscribers import SERVICE
from services.calendar_sync.usecases.credentials import Credentials
from services.calendar_sync.vendors import make_endpoints, make_providers
from shared import http, mongo
from shared.contracts.calendar_sync import Provider
from shared.doctor.connections import Link, examine_links
from shared.doctor.findings import Examination, Finding, note
from shared.doctor.outside import examine_server
from shared.doctor.run import run
from shared.messaging.relay import Relay
from shared.runtime import make_broker

_NAMES = {Provider.GOOGLE: "Google", Provider.MICROSOFT: "Microsoft"}


def examinations(settings: Settings) -> Sequence[Examination]:
    return [
        Examination("providers", partial(examine_providers, settings)),
        Examination("connections", partial(examine_connections, settings)),
    ]


async def examine_providers(settings: Settings) -> Sequence[Finding]:
    """Those whose app is registered."""
    apps = [
        ("Google", settings.google_client_id, settings.google_api_url, "CHOSEI_GOOGLE_API_URL"),
        ("Microsoft", settings.microsoft_client_id, settings.microsoft_api_url, "CHOSEI_MICROSOFT_API_URL"),
    ]
    asked = [examine_server(name.lower(), name, url, setting) for name, app, url, setting in apps if app]
    missing = [note(name.lower(), f"no app of ours is registered at {name}") for name, app, *_ in apps if not app]
    return [*missing, *(one for many in await asyncio.gather(*asked) for one in many)]


async def examine_connections(settings: Settings) -> Sequence[Finding]:
    """By what the account calls itself. What is to be published stays in its outbox for the running service."""
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=f"{SERVICE}-doctor")
    outside = http.client("", timeout=settings.provider_timeout)
    try:
        relay = Relay(make_broker(SERVICE, settings), [])
        connections = Connections(database["connections"], settings.data_ring, relay)
        endpoints = make_endpoints(settings, outside)
        providers = make_providers(settings, outside)
        credentials = Credentials(
            connections, endpoints.usual, endpoints.with_rooms, renew_before=settings.renew_before
        )
        linked = {one.connection_id: one for one in await connections.linked()}

        async def question(connection_id: str) -> None:
            one = linked[connection_id]
            await providers[one.provider].addresses(credentials.of(one))

        return await examine_links([_link(one) for one in linked.values()], question)
    finally:
        await outside.aclose()
        await mongo.close(client)


def _link(one: Connection) -> Link:
    frozen = (
        one.frozen and f"frozen since {one.frozen.at:%F %H:%M} UTC: {one.frozen.missing} of {one.frozen.coming} gone"
    )
    return Link(
        one.connection_id,
        _NAMES[one.provider],
        one.account,
        one.staff_id,
        broken="broken: its tokens are refused" if one.status is ConnectionStatus.BROKEN else "",
        frozen=frozen or "",
    )


if __name__ == "__main__":
    run(SERVICE, Settings, examinations, SECRETS)

"""Where zoom_issuer's parts are made and joined."""

import secrets

from fastapi import FastAPI
from faststream.rabbit import RabbitBroker

from services.zoom_issuer.providers import Zoom
from services.zoom_issuer.providers.zoom import ZoomApi, zoom_app
from services.zoom_issuer.routes import build_router
from services.zoom_issuer.settings import Settings
from services.zoom_issuer.store.accounts import Accounts
from services.zoom_issuer.store.connections import Connections
from services.zoom_issuer.store.meetings import MeetingStore
from services.zoom_issuer.store.staff import StaffStore
from services.zoom_issuer.store.users import UserStore
from services.zoom_issuer.subscribers import SERVICE, Subscribers
from services.zoom_issuer.usecases.access_tokens import AccessTokens, Endpoints
from services.zoom_issuer.usecases.connect import Connect
from services.zoom_issuer.usecases.follow_appointment import FollowAppointment
from services.zoom_issuer.usecases.follow_connection import FollowConnection
from services.zoom_issuer.usecases.hosting import AssignUser, Hosts
from services.zoom_issuer.usecases.report import Report
from shared import http, mongo, oauth_attempts
from shared.due import DueWorker
from shared.http import AsyncClient
from shared.messaging.relay import Relay
from shared.oauth import TokenEndpoint
from shared.oauth_attempts import Attempts
from shared.runtime import Parts, make_broker, service_app


def build_app(settings: Settings, *, broker: RabbitBroker | None = None, zoom: Zoom | None = None) -> FastAPI:
    """``broker`` and ``zoom`` are handed in by tests only."""
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=SERVICE)
    store, connections = MeetingStore(database, settings.data_ring), Connections(database, settings.data_ring)
    attempts = Attempts(database[oauth_attempts.COLLECTION], settings.data_ring, lifetime=settings.state_lifetime)
    broker = broker or make_broker(SERVICE, settings)
    accounts, users, staff = Accounts(connections), UserStore(database), StaffStore(database)
    relay = Relay(broker, [store.meetings, connections.rows, staff.rows])
    api = http.client(settings.zoom_api_url, timeout=settings.zoom_timeout)
    oauth = http.client("", timeout=settings.zoom_timeout)
    endpoints = _endpoints(settings, oauth)
    zoom = zoom or ZoomApi(api)
    hosts = Hosts(connections, accounts, users, staff, store)
    follow = FollowAppointment(
        store,
        connections,
        hosts,
        AccessTokens(connections, endpoints, relay),
        zoom,
        Report(store, relay, settings.bus_ring, warn_before=settings.warn_before, give_up_after=settings.give_up_after),
        settled_after=settings.zoom_timeout + settings.zoom_settle,
        new_passcode=lambda: f"{secrets.randbelow(1_000_000):06d}",
    )
    worker = DueWorker("meetings", store.meetings, follow)
    staff_worker = DueWorker("zoom_staff", staff.rows, AssignUser(hosts, staff, relay))
    follow_connection = FollowConnection(connections, store, staff, worker, staff_worker)
    connections_worker = DueWorker("zoom_connections", connections.rows, follow_connection)
    connect = Connect(attempts, connections, store, endpoints.own, zoom, relay, connections_worker)
    parts = Parts(
        client=client,
        broker=broker,
        relay=relay,
        indexes={
            **store.indexes,
            **users.indexes,
            **staff.indexes,
            connections.rows: [*connections.indexes[connections.rows], *accounts.indexes[connections.rows]],
            attempts.collection: list(oauth_attempts.INDEXES),
        },
        subscribers=Subscribers(store, staff, worker, staff_worker).router(),
        workers=[worker, staff_worker, connections_worker],
        routers=[build_router(connect, connections, settings.api_tokens.get_secret_value())],
        closing=[api.aclose, oauth.aclose],
    )
    return service_app(SERVICE, settings, parts)


def _endpoints(settings: Settings, client: AsyncClient) -> Endpoints:
    """The administrators' app is one of its own at Zoom; where none is registered the people's serves."""

    def app_of(client_id: str, client_secret: str) -> TokenEndpoint:
        return TokenEndpoint(zoom_app(client_id, client_secret, settings.zoom_oauth_url), client)

    own = app_of(settings.zoom_client_id, settings.zoom_client_secret.get_secret_value())
    admin_secret = settings.zoom_admin_client_secret.get_secret_value()
    admin = app_of(settings.zoom_admin_client_id, admin_secret) if settings.zoom_admin_client_id else own
    return Endpoints(own, admin, app_of)

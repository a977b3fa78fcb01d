"""Where zoom_issuer's parts are made and joined."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, FastAPI
from faststream.rabbit import RabbitBroker

from services.zoom_issuer.account_routes import build_account_router
from services.zoom_issuer.account_views import AccountViews
from services.zoom_issuer.budget_routes import build_budget_router
from services.zoom_issuer.limits import DailyLimit, Gathering
from services.zoom_issuer.operations import own_operations
from services.zoom_issuer.providers import Zoom
from services.zoom_issuer.providers.zoom import ZoomApi, zoom_app
from services.zoom_issuer.routes import build_router
from services.zoom_issuer.settings import Settings
from services.zoom_issuer.store.accounts import Accounts
from services.zoom_issuer.store.budgets import Budgets
from services.zoom_issuer.store.connections import Connections
from services.zoom_issuer.store.doubles import INDEX as TOKENS
from services.zoom_issuer.store.doubles import Doubles
from services.zoom_issuer.store.drift import INDEXES as DRIFT_INDEXES
from services.zoom_issuer.store.drift import DriftRows
from services.zoom_issuer.store.freezes import Freezes
from services.zoom_issuer.store.listed import ListedUsers
from services.zoom_issuer.store.meetings import MeetingStore
from services.zoom_issuer.store.offers import Offers
from services.zoom_issuer.store.owed import INDEX as OWED
from services.zoom_issuer.store.reconciling import INDEX as COMING
from services.zoom_issuer.store.reconciling import Reconciling
from services.zoom_issuer.store.staff import StaffStore
from services.zoom_issuer.store.sweeps import Sweeps
from services.zoom_issuer.store.users import UserStore
from services.zoom_issuer.subscribers import SERVICE, Subscribers
from services.zoom_issuer.usecases.access_tokens import AccessTokens, Endpoints
from services.zoom_issuer.usecases.budget_left import BudgetLeft
from services.zoom_issuer.usecases.call_zoom import CallZoom
from services.zoom_issuer.usecases.check_meeting import CheckMeeting
from services.zoom_issuer.usecases.connect import Connect
from services.zoom_issuer.usecases.connect_account import ConnectAccount
from services.zoom_issuer.usecases.deauthorize import Deauthorize
from services.zoom_issuer.usecases.erase_guest import EraseGuest
from services.zoom_issuer.usecases.export_guest import HeldOfGuest
from services.zoom_issuer.usecases.follow_appointment import FollowAppointment
from services.zoom_issuer.usecases.follow_connection import FollowConnection
from services.zoom_issuer.usecases.freeze import FreezeMeetings, ResumeMeetings
from services.zoom_issuer.usecases.hear_zoom import HearZoom
from services.zoom_issuer.usecases.hosting import AssignUser, Hosts
from services.zoom_issuer.usecases.keep_limits import KeepLimits
from services.zoom_issuer.usecases.lapse_offers import LapseOffers
from services.zoom_issuer.usecases.list_users import ListUsers, UsersChangedAtZoom
from services.zoom_issuer.usecases.measure_health import watch_health
from services.zoom_issuer.usecases.reconcile import Reconcile
from services.zoom_issuer.usecases.replaced_users import ReplacedUsers
from services.zoom_issuer.usecases.report import Report
from services.zoom_issuer.usecases.sweep_meetings import SweepMeetings
from services.zoom_issuer.watch_routes import build_watch_router
from shared import http, mongo, oauth_attempts
from shared.contracts.zoom_issuer import MeetingDataErased
from shared.due import DueWorker, Worker
from shared.erasing import COLLECTION, Erasing
from shared.holding import build_holding_router
from shared.http import AsyncClient
from shared.internal import require_caller
from shared.messaging.relay import Relay
from shared.mirror import GRACE, operations_of, watching
from shared.mongo import Client, Collection, Database, IndexModel
from shared.oauth import TokenEndpoint
from shared.oauth_attempts import Attempts
from shared.operations.parking import Parking
from shared.runtime import Parts, make_broker, service_app
from shared.watch import Watch

_LISTING = timedelta(minutes=2)
"""Longer than the listing of an account's users takes, page by page."""


@dataclass(frozen=True)
class Stores:
    """All collections of this service."""

    meetings: MeetingStore
    connections: Connections
    accounts: Accounts
    offers: Offers
    users: UserStore
    staff: StaffStore
    drift: DriftRows
    doubles: Doubles
    freezes: Freezes
    sweeps: Sweeps
    budgets: Budgets
    attempts: Attempts

    @classmethod
    def on(cls, client: Client, database: Database, settings: Settings) -> "Stores":
        ring = settings.data_ring
        meetings, connections = MeetingStore(database, ring), Connections(database, ring)
        return cls(
            meetings,
            connections,
            Accounts(client, connections, ring),
            Offers(database, ring),
            UserStore(database),
            StaffStore(database),
            DriftRows(meetings.meetings),
            Doubles(meetings.meetings),
            Freezes(database),
            Sweeps(database),
            Budgets(database),
            Attempts(database[oauth_attempts.COLLECTION], ring, lifetime=settings.state_lifetime),
        )

    @property
    def with_outbox(self) -> list[Collection]:
        return [self.meetings.meetings, self.connections.rows, self.staff.rows, self.freezes.rows, self.budgets.rows]

    @property
    def indexes(self) -> dict[Collection, list[IndexModel]]:
        rows, meetings = self.connections.rows, self.meetings.meetings
        return {
            **self.meetings.indexes,
            meetings: [*self.meetings.indexes[meetings], *DRIFT_INDEXES, TOKENS, COMING, OWED],
            **self.freezes.indexes,
            **self.sweeps.indexes,
            **self.users.indexes,
            **self.budgets.indexes,
            **self.staff.indexes,
            **self.offers.indexes,
            rows: [*self.connections.indexes[rows], *self.accounts.indexes[rows]],
            self.attempts.collection: list(oauth_attempts.INDEXES),
        }


def build_app(settings: Settings, *, broker: RabbitBroker | None = None, zoom: Zoom | None = None) -> FastAPI:
    """``broker`` and ``zoom`` are handed in by tests only."""
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=SERVICE)
    stores = Stores.on(client, database, settings)
    store, connections, staff = stores.meetings, stores.connections, stores.staff
    broker = broker or make_broker(SERVICE, settings)
    relay = Relay(broker, [*stores.with_outbox, database[COLLECTION]])
    erasing = _erasing(settings, database, store, relay, broker)
    api, oauth = (http.client(url, timeout=settings.zoom_timeout) for url in (settings.zoom_api_url, ""))
    endpoints = make_endpoints(settings, oauth)
    zoom = zoom or ZoomApi(api)
    tokens = AccessTokens(connections, endpoints, relay)
    hosts = Hosts(connections, stores.accounts, stores.users, staff, store)
    call = CallZoom(tokens, _limits(settings, stores, hosts, relay))
    follow = _follow_appointment(settings, stores, hosts, call, zoom, relay)
    worker = DueWorker("meetings", store.meetings, follow)
    sweep = _sweep(settings, stores, hosts, call, zoom, worker)
    staff_worker = DueWorker("zoom_staff", staff.rows, AssignUser(hosts, staff, relay))
    reconcile = Reconcile(Reconciling(store.meetings, grace=GRACE), stores.sweeps, sweep.discover, worker.wake)
    follow_connection = _follow_connection(settings, stores, call, endpoints, zoom, relay, worker, staff_worker)
    connections_worker = DueWorker("zoom_connections", connections.rows, follow_connection, lease=_LISTING)
    own_workers = [worker, staff_worker, connections_worker, erasing.worker]
    connect = Connect(stores.attempts, connections, store, endpoints.own, zoom, relay, connections_worker)
    budget = BudgetLeft(hosts, store, call.limits)
    parts = Parts(
        client=client,
        broker=broker,
        relay=relay,
        indexes={**stores.indexes, **erasing.indexes},
        subscribers=Subscribers(store, stores.drift, staff, worker, staff_worker, erasing).router(),
        workers=[*own_workers, *_sweeping(settings, stores, call, sweep, endpoints, reconcile)],
        routers=[
            *_routers(settings, connect, stores, hosts, budget),
            _account_router(settings, stores, endpoints, zoom, relay, connections_worker, call.limits),
            _watching(settings, stores, tokens, worker, connections_worker, sweep),
        ],
        operations=own_operations(
            connections, stores.users, stores.freezes, store, call.limits, worker.wake, operations_of(reconcile)
        ),
        closing=[api.aclose, oauth.aclose],
    )
    return service_app(SERVICE, settings, parts)


def _follow_appointment(
    settings: Settings, stores: Stores, hosts: Hosts, call: CallZoom, zoom: Zoom, relay: Relay
) -> FollowAppointment:
    store = stores.meetings
    return FollowAppointment(
        store,
        stores.connections,
        hosts,
        call,
        zoom,
        Report(store, relay, settings.bus_ring, warn_before=settings.warn_before, give_up_after=settings.give_up_after),
        _check(stores, zoom, relay),
        Gathering(settings.gather_quiet, settings.gather_most, settings.gather_rush),
        settled_after=settings.zoom_timeout + settings.zoom_settle,
        new_passcode=lambda: f"{secrets.randbelow(1_000_000):06d}",
    )


def _routers(settings: Settings, connect: Connect, stores: Stores, hosts: Hosts, budget: BudgetLeft) -> list[APIRouter]:
    api_tokens = settings.api_tokens.get_secret_value()
    return [
        build_router(connect, stores.connections, hosts, stores.freezes, budget, api_tokens),
        build_budget_router(budget, api_tokens),
        build_holding_router(require_caller(api_tokens), HeldOfGuest(stores.meetings)),
    ]


def _erasing(
    settings: Settings, database: Database, meetings: MeetingStore, relay: Relay, broker: RabbitBroker
) -> Erasing:
    parked = Parking(SERVICE, settings, broker).forget
    return Erasing(database, relay, settings.bus_ring, MeetingDataErased, EraseGuest(meetings), parked)


def _limits(settings: Settings, stores: Stores, hosts: Hosts, relay: Relay) -> KeepLimits:
    return KeepLimits(
        stores.budgets,
        hosts.address,
        relay,
        DailyLimit(settings.zoom_per_day, settings.zoom_kept_for_today),
        per_second=settings.zoom_per_second,
        per_second_basic=settings.zoom_per_second_basic,
    )


def _check(stores: Stores, zoom: Zoom, relay: Relay) -> CheckMeeting:
    freeze = FreezeMeetings(stores.freezes, stores.drift, stores.connections, relay)
    return CheckMeeting(stores.meetings, stores.drift, stores.connections, zoom, freeze, relay)


def _sweep(
    settings: Settings, stores: Stores, hosts: Hosts, call: CallZoom, zoom: Zoom, worker: DueWorker
) -> SweepMeetings:
    return SweepMeetings(
        stores.sweeps,
        stores.drift,
        stores.doubles,
        stores.connections,
        hosts,
        call,
        zoom,
        worker.wake,
        every=settings.sweep_every,
    )


def _sweeping(
    settings: Settings,
    stores: Stores,
    call: CallZoom,
    sweep: SweepMeetings,
    endpoints: Endpoints,
    reconcile: Reconcile,
) -> list[Worker]:
    lapse = LapseOffers(stores.offers, stores.accounts, endpoints)
    return [
        DueWorker("zoom_offers", stores.offers.rows, lapse, concurrency=2),
        DueWorker("zoom_sweeps", stores.sweeps.rows, sweep, concurrency=4),
        Watch("zoom_hosts", sweep.discover, every=settings.sweep_every / 7),
        Watch("budgets", call.limits.measure),
        watch_health(stores.connections, stores.freezes),
        watching(reconcile),
    ]


def _watching(
    settings: Settings,
    stores: Stores,
    tokens: AccessTokens,
    worker: DueWorker,
    connections_worker: DueWorker,
    sweep: SweepMeetings,
) -> APIRouter:
    """What the gateway asks about changes at Zoom (E7)."""
    own_app, admin_app = settings.zoom_client_id, settings.zoom_admin_client_id
    hear = HearZoom(
        settings.zoom_webhook_secret.get_secret_value(),
        stores.drift,
        Deauthorize(stores.connections, tokens, own_app=own_app, admin_app=admin_app),
        UsersChangedAtZoom(stores.accounts, connections_worker),
        worker.wake,
        sweep.hurry,
    )
    resume = ResumeMeetings(stores.freezes, stores.drift, worker.wake)
    return build_watch_router(hear, stores.freezes, resume, stores.connections, settings.api_tokens.get_secret_value())


def _follow_connection(
    settings: Settings,
    stores: Stores,
    call: CallZoom,
    endpoints: Endpoints,
    zoom: Zoom,
    relay: Relay,
    worker: DueWorker,
    staff_worker: DueWorker,
) -> FollowConnection:
    replaced = ReplacedUsers(stores.accounts, stores.users, stores.meetings)
    return FollowConnection(
        stores.connections,
        stores.accounts,
        stores.users,
        stores.meetings,
        stores.staff,
        ListUsers(stores.accounts, stores.users, replaced, call, zoom, relay),
        endpoints,
        worker,
        staff_worker,
        list_every=settings.list_users_every,
        give_up_after=settings.give_up_after,
    )


def _account_router(
    settings: Settings,
    stores: Stores,
    endpoints: Endpoints,
    zoom: Zoom,
    relay: Relay,
    worker: DueWorker,
    limits: KeepLimits,
) -> APIRouter:
    connect = ConnectAccount(
        stores.attempts,
        stores.connections,
        stores.accounts,
        stores.offers,
        endpoints,
        zoom,
        relay,
        worker,
        offers_consent=bool(settings.zoom_admin_client_id),
    )
    listed = ListedUsers(stores.users, stores.connections)
    views = AccountViews(stores.accounts, stores.users, listed, stores.staff, stores.meetings, limits)
    return build_account_router(connect, views, settings.api_tokens.get_secret_value())


def make_endpoints(settings: Settings, client: AsyncClient) -> Endpoints:
    """The administrators' app is one of its own at Zoom; where none is registered the people's serves."""

    def app_of(client_id: str, client_secret: str) -> TokenEndpoint:
        return TokenEndpoint(zoom_app(client_id, client_secret, settings.zoom_oauth_url), client)

    own = app_of(settings.zoom_client_id, settings.zoom_client_secret.get_secret_value())
    admin_secret = settings.zoom_admin_client_secret.get_secret_value()
    admin = app_of(settings.zoom_admin_client_id, admin_secret) if settings.zoom_admin_client_id else own
    return Endpoints(own, admin, app_of)

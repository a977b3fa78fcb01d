"""Where the gateway's parts are made and joined."""

from fastapi import FastAPI
from faststream.rabbit import RabbitBroker
from httpx import AsyncBaseTransport
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from services.gateway import errors
from services.gateway.edge.body import WholeBody
from services.gateway.edge.csrf import Csrf
from services.gateway.edge.flows import Flows
from services.gateway.edge.headers import Headers
from services.gateway.edge.idempotency import Idempotency
from services.gateway.edge.language import PageLanguage
from services.gateway.edge.limits import Limits
from services.gateway.edge.sign_in_flow import SignInFlows
from services.gateway.pages.router import build_pages_routers
from services.gateway.parts import GatewayParts
from services.gateway.providers.backends import Backends
from services.gateway.providers.oidc import OidcProvider
from services.gateway.providers.operations import Services, own_backend
from services.gateway.routes import api
from services.gateway.settings import Settings
from services.gateway.store.stores import Stores
from services.gateway.subscribers import SERVICE, Subscribers
from services.gateway.usecases.answer_once import AnswerOnce
from services.gateway.usecases.api_keys import MakeApiKey
from services.gateway.usecases.calendar_feed import CalendarFeeds
from services.gateway.usecases.change_organization import ChangeOrganization
from services.gateway.usecases.connect import Connections
from services.gateway.usecases.erase_guest import EraseGuest
from services.gateway.usecases.explain_page import ExplainPageTime
from services.gateway.usecases.explain_time import ExplainTime
from services.gateway.usecases.export_guest import ExportGuest
from services.gateway.usecases.invite import AcceptInvitation, InviteStaff, Inviting
from services.gateway.usecases.oidc_sign_in import OidcSignIn
from services.gateway.usecases.operations import Operations
from services.gateway.usecases.passwords import CheckPassword, Passwords
from services.gateway.usecases.propose import Preview, Propose
from services.gateway.usecases.read_calendar import ReadCalendar
from services.gateway.usecases.read_timeline import ReadTimeline
from services.gateway.usecases.rooms import Rooms
from services.gateway.usecases.set_up import SetUp
from services.gateway.usecases.sign_in import SignIn
from services.gateway.usecases.staff_changes import AddStaff, ChangeStaff
from services.gateway.usecases.times_in_mail import OfferTimes
from shared import mongo
from shared.contracts.gateway import AnswersErased
from shared.erasing import COLLECTION, Erasing
from shared.messaging.relay import Relay
from shared.operations.parking import Parking
from shared.runtime import Parts, make_broker, service_app


def build_app(
    settings: Settings, *, broker: RabbitBroker | None = None, transport: AsyncBaseTransport | None = None
) -> FastAPI:
    """``broker`` and ``transport`` (in place of the network to the other services) are handed in by tests only."""
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=SERVICE)
    stores = Stores.of(database, settings)
    broker = broker or make_broker(SERVICE, settings)
    relay = Relay(broker, [*stores.with_outbox, database[COLLECTION]])
    parked = Parking(SERVICE, settings, broker).forget
    erase = EraseGuest(stores.answers, stores.staff)
    erasing = Erasing(database, relay, settings.bus_ring, AnswersErased, erase, parked)
    parts = _parts(settings, client, stores, relay, Backends.connect(settings, transport))
    code = settings.setup_code.get_secret_value() if settings.setup_code else None
    app = service_app(
        SERVICE,
        settings,
        Parts(
            client=client,
            broker=broker,
            relay=relay,
            indexes={**stores.indexes, **erasing.indexes},
            subscribers=Subscribers(stores.staff, erasing).router(),
            workers=[parts.limits, erasing.worker],
            routers=[*api.build_routers(), *build_pages_routers()],
            checks={backend.name: backend.is_alive for backend in parts.backends.all},
            ready=[lambda: parts.setup.prepare(code)],
            closing=[parts.backends.close, *([parts.oidc.close] if parts.oidc else [])],
        ),
    )
    app.state.gateway = parts
    app.state.operations = Operations(Services([*parts.backends.all, own_backend(app.state.operate)]))
    app.user_middleware.insert(0, Middleware(Headers, secure=settings.secure))
    app.user_middleware += [
        Middleware(PageLanguage),
        Middleware(WholeBody, limit=settings.body_limit, patience=settings.body_patience),
        Middleware(Idempotency, answer_once=AnswerOnce(stores.answers, settings.twin_patience)),
    ]
    errors.install(app)
    if settings.static_dir.is_dir():
        app.mount("/static", StaticFiles(directory=settings.static_dir), name="static")
    return app


def _parts(settings: Settings, client: mongo.Client, stores: Stores, relay: Relay, backends: Backends) -> GatewayParts:
    passwords = Passwords()
    limits = Limits(stores.counts, settings)
    staff, organizations, sessions = stores.staff, stores.organizations, stores.sessions
    inviting = Inviting(settings.bus_ring, settings.public_url)
    return GatewayParts(
        settings=settings,
        organizations=organizations,
        staff=staff,
        sessions=sessions,
        api_keys=stores.api_keys,
        backends=backends,
        csrf=Csrf(settings),
        flows=Flows(settings),
        limits=limits,
        passwords=passwords,
        check_password=CheckPassword(staff, passwords, limits),
        sign_in=SignIn(staff, sessions, passwords, limits),
        oidc=OidcProvider(settings) if settings.oidc_issuer else None,
        oidc_sign_in=OidcSignIn(settings, organizations, staff, sessions, stores.identities, relay),
        sign_in_flows=SignInFlows(settings),
        identities=stores.identities,
        setup=SetUp(client, organizations, staff, stores.setup_codes, passwords, limits, relay),
        add_staff=AddStaff(staff, passwords, inviting, relay),
        change_staff=ChangeStaff(client, staff, organizations, sessions, passwords, relay),
        invite_staff=InviteStaff(staff, inviting, relay),
        accept_invitation=AcceptInvitation(staff, sessions, passwords),
        change_organization=ChangeOrganization(organizations, relay),
        make_api_key=MakeApiKey(stores.api_keys),
        calendar_feeds=CalendarFeeds(stores.feeds, staff, organizations, backends, settings.public_url),
        connections=Connections(backends, settings.public_url),
        calendar=ReadCalendar(backends, staff),
        explain=ExplainTime(backends, staff),
        explain_page=ExplainPageTime(ExplainTime(backends, staff), staff),
        offer_times=OfferTimes(backends.booking),
        rooms=Rooms(backends, staff),
        propose=Propose(backends, staff),
        preview=Preview(backends),
        export_guest=ExportGuest(backends),
        timeline=ReadTimeline(backends, staff, stores.api_keys),
    )

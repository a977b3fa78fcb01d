"""All that routes and pages work with, joined in ``app.py`` and found on the application's state."""

from dataclasses import dataclass

from fastapi import Request

from services.gateway.edge.csrf import Csrf
from services.gateway.edge.flows import Flows
from services.gateway.edge.limits import Limits
from services.gateway.edge.sign_in_flow import SignInFlows
from services.gateway.providers.backends import Backends
from services.gateway.providers.oidc import OidcProvider
from services.gateway.settings import Settings
from services.gateway.store.api_keys import ApiKeyStore
from services.gateway.store.identities import IdentityStore
from services.gateway.store.organizations import OrganizationStore
from services.gateway.store.sessions import SessionStore
from services.gateway.store.staff import StaffStore
from services.gateway.usecases.api_keys import MakeApiKey
from services.gateway.usecases.calendar_feed import CalendarFeeds
from services.gateway.usecases.change_organization import ChangeOrganization
from services.gateway.usecases.connect import Connections
from services.gateway.usecases.explain_page import ExplainPageTime
from services.gateway.usecases.explain_time import ExplainTime
from services.gateway.usecases.export_guest import ExportGuest
from services.gateway.usecases.invite import AcceptInvitation, InviteStaff
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


@dataclass(frozen=True)
class GatewayParts:
    """Stores answer questions, use cases change things, backends are the other services."""

    settings: Settings
    organizations: OrganizationStore
    staff: StaffStore
    sessions: SessionStore
    api_keys: ApiKeyStore
    backends: Backends
    csrf: Csrf
    flows: Flows
    limits: Limits
    passwords: Passwords
    check_password: CheckPassword
    sign_in: SignIn
    oidc: OidcProvider | None
    oidc_sign_in: OidcSignIn
    sign_in_flows: SignInFlows
    identities: IdentityStore
    setup: SetUp
    add_staff: AddStaff
    change_staff: ChangeStaff
    invite_staff: InviteStaff
    accept_invitation: AcceptInvitation
    change_organization: ChangeOrganization
    make_api_key: MakeApiKey
    calendar_feeds: CalendarFeeds
    connections: Connections
    calendar: ReadCalendar
    explain: ExplainTime
    explain_page: ExplainPageTime
    offer_times: OfferTimes
    rooms: Rooms
    propose: Propose
    preview: Preview
    export_guest: ExportGuest
    timeline: ReadTimeline


def parts_of(request: Request) -> GatewayParts:
    parts: GatewayParts = request.app.state.gateway
    return parts


def operations_of(request: Request) -> Operations:
    """Made after the application, which is one of those that are asked."""
    operations: Operations = request.app.state.operations
    return operations

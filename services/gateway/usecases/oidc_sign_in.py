"""Signing in by what an OpenID Connect provider says of somebody (X8): by the link of before, else by an address that
it vouches for, of the one organization whose provider it is.
"""

import secrets

import structlog
from pydantic import ValidationError

from services.gateway.model import Organization, Staff
from services.gateway.providers.oidc import Identity
from services.gateway.schemas.staff import StaffCreate
from services.gateway.settings import Settings
from services.gateway.store.identities import IdentityStore
from services.gateway.store.organizations import OrganizationStore
from services.gateway.store.sessions import SessionStore
from services.gateway.store.staff import StaffStore
from services.gateway.usecases import announce
from services.gateway.usecases.sign_in import NewSession
from shared.ids import new_id
from shared.messaging.relay import Relay
from shared.mongo import DuplicateKeyError
from shared.problem import Problem

log = structlog.get_logger(__name__)


class OidcUnverified(Problem):
    """The provider names no address, or does not vouch for it."""

    code, status = "oidc_unverified", 403
    ja = "会社のアカウントのメールアドレスが確認済みでないため、サインインできません。管理者に連絡してください。"
    en = "Your company account has no verified email address, so it cannot sign in. Please ask an administrator."


class OidcUnknown(Problem):
    """Nobody here has this address, or they are disabled: both alike."""

    code, status = "oidc_unknown", 403
    ja = "この会社のアカウントは、ここでは使えません。管理者に、メンバーとして追加されているか確認してください。"
    en = "This company account cannot be used here. Please ask an administrator whether you are among the members."


class OidcLinkedElsewhere(Problem):
    """The address is a staff member's who signed in as somebody else before."""

    code, status = "oidc_linked_elsewhere", 403
    ja = "このメンバーは、別の会社のアカウントと結び付いています。管理者に、結び付きを解除するよう依頼してください。"
    en = "This member is linked to another company account. Please ask an administrator to remove that link."


class OidcSignIn:
    """Raises the problems above."""

    def __init__(
        self,
        settings: Settings,
        organizations: OrganizationStore,
        staff: StaffStore,
        sessions: SessionStore,
        identities: IdentityStore,
        relay: Relay,
    ) -> None:
        self._organization_id = settings.oidc_organization_id
        self._creates = settings.oidc_creates_staff
        self._organizations = organizations
        self._staff = staff
        self._sessions = sessions
        self._identities = identities
        self._relay = relay

    async def __call__(self, identity: Identity, request_id: str) -> NewSession:
        organization = await self._organization()
        if organization is None:
            raise OidcUnknown()
        staff = await self._linked(identity) or await self._by_address(identity, organization, request_id)
        if staff.disabled or staff.organization_id != organization.id:
            raise OidcUnknown()
        if not await self._identities.link(identity.subject, staff.id):
            raise OidcLinkedElsewhere()
        token = secrets.token_urlsafe(32)
        session = await self._sessions.begin(token, staff.id, by_oidc=True)
        log.info("oidc.signed_in", staff_id=staff.id)
        return NewSession(token, session, staff)

    async def _organization(self) -> Organization | None:
        if self._organization_id:
            return await self._organizations.find(self._organization_id)
        return await self._organizations.first()

    async def _linked(self, identity: Identity) -> Staff | None:
        """Whoever it was before, also under another address."""
        staff_id = await self._identities.staff_id_of(identity.subject)
        return await self._staff.find(staff_id) if staff_id else None

    async def _by_address(self, identity: Identity, organization: Organization, request_id: str) -> Staff:
        if not identity.email:
            raise OidcUnverified()
        found = await self._staff.by_email(organization.id, identity.email)
        if found is None and self._creates:
            found = await self._create(identity, organization, request_id)
        if found is None or found.disabled:
            raise OidcUnknown()
        return found

    async def _create(self, identity: Identity, organization: Organization, request_id: str) -> Staff | None:
        """A member without a password. None where the address is another organization's."""
        try:
            asked = StaffCreate(name=identity.name or identity.email.partition("@")[0], email=identity.email)
        except ValidationError as error:
            raise OidcUnverified() from error
        staff = Staff(
            id=new_id("stf"),
            organization_id=organization.id,
            name=asked.name,
            email=asked.email,
            time_zone=organization.time_zone,
            locale=organization.locale,
        )
        try:
            waiting = await self._staff.insert(staff, "", [announce.staff_changed(staff, request_id)])
        except DuplicateKeyError:  # made meanwhile by a second window
            return await self._staff.by_email(organization.id, identity.email)
        self._relay.publish_soon(self._staff.staff, staff.id, waiting)
        log.info("oidc.staff_made", staff_id=staff.id)
        return staff

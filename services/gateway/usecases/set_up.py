"""The first organization and its first administrator, by whoever holds the one-time code."""

import secrets

import structlog

from services.gateway.edge.limits import Limits
from services.gateway.model import Organization, Role, Staff
from services.gateway.schemas.setup import SetupRequest
from services.gateway.store.organizations import OrganizationStore
from services.gateway.store.setup_codes import SetupCodes
from services.gateway.store.staff import StaffStore
from services.gateway.usecases import announce
from services.gateway.usecases.passwords import Passwords
from shared import mongo
from shared.ids import new_id
from shared.messaging.outbox import Entry
from shared.messaging.relay import Relay
from shared.mongo import Client, DuplicateKeyError, Session
from shared.problem import Problem

log = structlog.get_logger(__name__)


class AlreadySetUp(Problem):
    """There is an organization; the code was for the first one only."""

    code, status = "already_set_up", 409
    ja = "初期設定はすでに完了しています。サインインしてください。"
    en = "The first set-up has been done already. Please sign in."


class SetupCodeInvalid(Problem):
    """Not the code from the settings or the log."""

    code, status = "setup_code_invalid", 403
    ja = "セットアップコードが違います。サーバーのログに表示されたコードを入力してください。"
    en = "This is not the setup code. Please enter the one shown in the server's log."


class SetUp:
    """Works once; two at once are decided by the database."""

    def __init__(
        self,
        client: Client,
        organizations: OrganizationStore,
        staff: StaffStore,
        codes: SetupCodes,
        passwords: Passwords,
        limits: Limits,
        relay: Relay,
    ) -> None:
        self._client = client
        self._organizations = organizations
        self._staff = staff
        self._codes = codes
        self._passwords = passwords
        self._limits = limits
        self._relay = relay

    async def is_needed(self) -> bool:
        return not await self._organizations.exists_any()

    async def prepare(self, code: str | None) -> None:
        """At start: keep the code's hash, made and logged where none is given."""
        if not await self.is_needed():
            return
        if code is None:
            code = secrets.token_urlsafe(9)
            log.warning("setup.code_made", code=code)
        await self._codes.keep(code)

    async def __call__(self, asked: SetupRequest, request_id: str, address: str) -> tuple[Organization, Staff]:
        """Raises ``AlreadySetUp``, ``SetupCodeInvalid``, ``TooManyRequests``."""
        if not await self.is_needed():
            raise AlreadySetUp()
        async with self._limits.sign_in("setup code", address) as attempt:
            attempt.failed = not await self._codes.is_right(asked.code)
        if attempt.failed:
            raise SetupCodeInvalid()
        organization = Organization(id=new_id("org"), **asked.organization.model_dump())
        admin = Staff(
            id=new_id("stf"),
            organization_id=organization.id,
            role=Role.ADMIN,
            time_zone=organization.time_zone,
            locale=organization.locale,
            **asked.admin.model_dump(exclude={"password"}),
        )
        password_hash = await self._passwords.hash(asked.admin.password.get_secret_value())
        await self._write(organization, admin, password_hash, request_id)
        log.info("setup.done", organization_id=organization.id)
        return organization, admin

    async def _write(self, organization: Organization, admin: Staff, password_hash: str, request_id: str) -> None:
        made = announce.organization_changed(organization, request_id)
        joined = announce.staff_changed(admin, request_id)

        async def write(session: Session) -> tuple[list[Entry], list[Entry]]:
            await self._codes.use_up(session)
            return (
                await self._organizations.insert(organization, [made], session),
                await self._staff.insert(admin, password_hash, [joined], session),
            )

        try:
            of_organization, of_staff = await mongo.in_transaction(self._client, write)
        except DuplicateKeyError as error:
            raise AlreadySetUp() from error
        self._relay.publish_soon(self._organizations.organizations, organization.id, of_organization)
        self._relay.publish_soon(self._staff.staff, admin.id, of_staff)

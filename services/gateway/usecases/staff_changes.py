"""Adding, changing and disabling staff. An organization always keeps an administrator who can sign in."""

from typing import Any

from services.gateway.model import Organization, Role, Staff
from services.gateway.schemas.staff import StaffCreate
from services.gateway.store.organizations import OrganizationStore
from services.gateway.store.sessions import SessionStore
from services.gateway.store.staff import StaffStore
from services.gateway.usecases import announce
from services.gateway.usecases.invite import Inviting
from services.gateway.usecases.passwords import Passwords
from shared import mongo
from shared.contracts.envelope import CloudEvent
from shared.ids import new_id
from shared.messaging.outbox import Entry
from shared.messaging.relay import Relay
from shared.mongo import Client, DuplicateKeyError, Session
from shared.problem import NotFound, Problem, VersionMismatch

_TRIES = 5


class EmailTaken(Problem):
    """Addresses are unique: people sign in by them."""

    code, status, pointer = "email_taken", 409, "/email"
    ja = "このメールアドレスはすでに使われています。"
    en = "This e-mail address is already in use."


class LastAdmin(Problem):
    """Nobody could administer the organization any more."""

    code, status = "last_admin", 409
    ja = "最後の管理者を外すことはできません。"
    en = "The last administrator cannot be removed."


_CHOSEN = {"locale": "language_chosen", "time_zone": "zone_chosen"}


def own_choice(changes: dict[str, object]) -> dict[str, object]:
    """A language or a zone that people set for themselves is one they chose, unless they say otherwise."""
    return {flag: True for name, flag in _CHOSEN.items() if name in changes} | changes


class AddStaff:
    """Who is added without a password is invited by mail. Raises ``EmailTaken``."""

    def __init__(self, staff: StaffStore, passwords: Passwords, inviting: Inviting, relay: Relay) -> None:
        self._staff = staff
        self._passwords = passwords
        self._inviting = inviting
        self._relay = relay

    async def __call__(self, organization: Organization, inviter: Staff, asked: StaffCreate, request_id: str) -> Staff:
        staff = Staff(
            id=new_id("stf"),
            organization_id=organization.id,
            time_zone=asked.time_zone or organization.time_zone,
            locale=asked.locale or organization.locale,
            has_password=asked.password is not None,
            **asked.model_dump(exclude={"password", "time_zone", "locale"}),
        )
        events: list[CloudEvent[Any]] = [announce.staff_changed(staff, request_id)]
        password_hash, invitation_hash = "", None
        if asked.password:
            password_hash = await self._passwords.hash(asked.password.get_secret_value())
        else:
            invited = self._inviting(staff, inviter, request_id)
            staff, invitation_hash = invited.staff, invited.token_hash
            events.append(invited.event)
        try:
            waiting = await self._staff.insert(staff, password_hash, events, invitation_hash=invitation_hash)
        except DuplicateKeyError as error:
            raise EmailTaken() from error
        self._relay.publish_soon(self._staff.staff, staff.id, waiting)
        return staff


class ChangeStaff:
    """A change that changes nothing is no new version; a new password or being disabled ends sessions.

    Both, and another address, end an invitation: its link went where it no longer should lead anybody.
    """

    def __init__(
        self,
        client: Client,
        staff: StaffStore,
        organizations: OrganizationStore,
        sessions: SessionStore,
        passwords: Passwords,
        relay: Relay,
    ) -> None:
        self._client = client
        self._staff = staff
        self._organizations = organizations
        self._sessions = sessions
        self._passwords = passwords
        self._relay = relay

    async def __call__(
        self,
        organization_id: str,
        staff_id: str,
        changes: dict[str, object],
        *,
        expected: int | None,
        request_id: str,
        password: str | None = None,
        keep_session: str | None = None,
    ) -> Staff:
        """``changes`` are fields of ``Staff``; ``keep_session`` survives a new password.

        Raises ``NotFound``, ``VersionMismatch``, ``EmailTaken``, ``LastAdmin``.
        """
        password_hash = await self._passwords.hash(password) if password else None
        for _ in range(_TRIES):
            known = await self._staff.find_in(organization_id, staff_id)
            if known is None:
                raise NotFound()
            if expected is not None and expected != known.version:
                raise VersionMismatch()
            changed = known.model_copy(update=changes)
            if changed == known and password_hash is None:
                return known
            changed = changed.model_copy(update={"version": known.version + 1})
            if password_hash or changed.disabled or changed.email != known.email:
                changed = changed.model_copy(update={"invitation": None})
            if password_hash:
                changed = changed.model_copy(update={"has_password": True})
            if await self._write(known, changed, password_hash, request_id):
                if password_hash or (changed.disabled and not known.disabled):
                    await self._sessions.end_all_of(staff_id, but=None if changed.disabled else keep_session)
                return changed
        raise VersionMismatch()

    async def _write(self, known: Staff, changed: Staff, password_hash: str | None, request_id: str) -> bool:
        ended = changed.disabled and not known.disabled
        gone = changed.disabled
        event = announce.staff_disabled(changed, request_id) if gone else announce.staff_changed(changed, request_id)
        loses_admin = known.is_admin and not known.disabled and (ended or changed.role is not Role.ADMIN)

        async def write(session: Session) -> list[Entry] | None:
            if loses_admin:
                await self._organizations.touch(known.organization_id, new_id("txn"), session)
                if not await self._staff.other_admins(known.organization_id, known.id, session):
                    raise LastAdmin()
            return await self._staff.save(known, changed, [event], password_hash=password_hash, session=session)

        try:
            if loses_admin:
                waiting = await mongo.in_transaction(self._client, write)
            else:
                waiting = await self._staff.save(known, changed, [event], password_hash=password_hash)
        except DuplicateKeyError as error:
            raise EmailTaken() from error
        if waiting is None:
            return False
        self._relay.publish_soon(self._staff.staff, changed.id, waiting)
        return True

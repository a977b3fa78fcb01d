"""Inviting staff by mail: a link of 128 bits, kept by its hash, good for seven days and one password.

A link ends with the next one, with a new password or address, and when its person is disabled.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from services.gateway.model import Invitation, Staff
from services.gateway.store.sessions import SessionStore
from services.gateway.store.staff import StaffStore
from services.gateway.usecases import announce
from services.gateway.usecases.passwords import Passwords
from services.gateway.usecases.sign_in import NewSession
from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.contracts.gateway import StaffInvited
from shared.contracts.sealed import InvitationSecrets
from shared.crypto import KeyRing, token_hash
from shared.messaging.relay import Relay
from shared.problem import NotFound, Problem, VersionMismatch

_VALID = timedelta(days=7)
_TOKEN_BYTES = 16
_TRIES = 5


class InvitationInvalid(Problem):
    """Unknown, used, replaced or too old: nobody learns which."""

    code, status = "invitation_invalid", 404
    ja = "この招待リンクは使えません。期限が切れたか、すでに使われたか、新しい招待に置き換わっています。"
    en = "This invitation cannot be used: it has expired, was used already or was replaced by a newer one."


class StaffIsDisabled(Problem):
    """Who may not sign in is not invited."""

    code, status = "staff_disabled", 409
    ja = "この社員は無効になっています。招待する前に有効にしてください。"
    en = "This staff member is disabled. Please enable them before inviting them."


@dataclass(frozen=True)
class Invited:
    """``staff`` with the new invitation; the token is in the sealed part of the event and nowhere else."""

    staff: Staff
    token_hash: str
    event: CloudEvent[StaffInvited]


class Inviting:
    """Makes invitations; whoever calls writes them with the event."""

    def __init__(self, bus: KeyRing, public_url: str) -> None:
        self._bus = bus
        self._public_url = public_url.rstrip("/")

    def __call__(self, staff: Staff, inviter: Staff, request_id: str) -> Invited:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = clock.now()
        invitation = Invitation(sent_at=now, expires_at=now + _VALID, revision=staff.version)
        invited = staff.model_copy(update={"invitation": invitation})
        url = InvitationSecrets(url=f"{self._public_url}/invite/{token}")
        sealed = url.seal(self._bus, subject=staff.id)
        event = announce.staff_invited(invited, invitation, inviter, sealed, request_id)
        return Invited(invited, token_hash(token), event)


class InviteStaff:
    """A new link for somebody who never had one, let it expire, or lost the password; the old link is dead."""

    def __init__(self, staff: StaffStore, inviting: Inviting, relay: Relay) -> None:
        self._staff = staff
        self._inviting = inviting
        self._relay = relay

    async def __call__(self, inviter: Staff, staff_id: str, request_id: str) -> Staff:
        """Raises ``NotFound``, ``StaffIsDisabled``."""
        for _ in range(_TRIES):
            known = await self._staff.find_in(inviter.organization_id, staff_id)
            if known is None:
                raise NotFound()
            if known.disabled:
                raise StaffIsDisabled()
            newer = known.model_copy(update={"version": known.version + 1})
            made = self._inviting(newer, inviter, request_id)
            waiting = await self._staff.save(known, made.staff, [made.event], invitation_hash=made.token_hash)
            if waiting is not None:
                self._relay.publish_soon(self._staff.staff, known.id, waiting)
                return made.staff
        raise VersionMismatch()


class AcceptInvitation:
    """The invited person chooses a password, once, and is signed in."""

    def __init__(self, staff: StaffStore, sessions: SessionStore, passwords: Passwords) -> None:
        self._staff = staff
        self._sessions = sessions
        self._passwords = passwords

    async def look(self, token: str) -> Staff:
        """Whose link this is; changes nothing. Raises ``InvitationInvalid``."""
        found = await self._staff.invited(token_hash(token), clock.now())
        if found is None:
            raise InvitationInvalid()
        return found

    async def __call__(self, token: str, password: str) -> NewSession:
        """Ends all sessions of before. Raises ``InvitationInvalid``."""
        await self.look(token)
        hashed = await self._passwords.hash(password)
        for _ in range(_TRIES):
            known = await self.look(token)
            changed = known.model_copy(update={"version": known.version + 1, "invitation": None, "has_password": True})
            if await self._staff.save(known, changed, [], password_hash=hashed) is not None:
                await self._sessions.end_all_of(known.id)
                session_token = secrets.token_urlsafe(32)
                return NewSession(session_token, await self._sessions.begin(session_token, known.id), changed)
        raise VersionMismatch()

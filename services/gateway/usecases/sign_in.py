"""Signing in: the same answer and the same work for a wrong password, an unknown address and a disabled account."""

import secrets
from dataclasses import dataclass

from services.gateway.edge.limits import Limits
from services.gateway.model import Session, Staff
from services.gateway.store.sessions import SessionStore
from services.gateway.store.staff import StaffStore, email_key
from services.gateway.usecases.passwords import Passwords
from shared.problem import Problem


class SignInFailed(Problem):
    """Says nothing about which of the two was wrong."""

    code, status = "sign_in_failed", 401
    ja = "メールアドレスまたはパスワードが違います。"
    en = "The e-mail address or the password is wrong."


@dataclass(frozen=True)
class NewSession:
    """The token is shown this once."""

    token: str
    session: Session
    staff: Staff


class SignIn:
    """Raises ``SignInFailed``, ``TooManyRequests``."""

    def __init__(self, staff: StaffStore, sessions: SessionStore, passwords: Passwords, limits: Limits) -> None:
        self._staff = staff
        self._sessions = sessions
        self._passwords = passwords
        self._limits = limits

    async def __call__(self, email: str, password: str, address: str) -> NewSession:
        """``address`` is from where somebody tries."""
        async with self._limits.sign_in(email_key(email), address) as attempt:
            known = await self._staff.credentials_of(email)
            matches = await self._passwords.matches(password, known.password_hash if known else None)
            attempt.failed = not matches
        if known is None or not matches:
            raise SignInFailed()
        token = secrets.token_urlsafe(32)
        return NewSession(token, await self._sessions.begin(token, known.staff.id), known.staff)

"""Passwords: argon2id, in a thread, since one hash takes 0.15 s of a core."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from pydantic import SecretStr

from services.gateway.edge.limits import Limits
from services.gateway.model import Staff
from services.gateway.store.staff import StaffStore, email_key
from shared.problem import Problem

_AT_ONCE = 2


class PasswordWrong(Problem):
    """A new password needs the one in use."""

    code, status, pointer = "password_wrong", 422, "/current_password"
    ja = "現在のパスワードが違います。"
    en = "The current password is wrong."


class Passwords:
    """``dummy`` is hashed in place of an unknown person's password, so that both take as long."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._dummy: str | None = None

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, hashed: str | None) -> bool:
        """False for an unknown person, after the same work."""
        if not hashed and self._dummy is None:
            self._dummy = await self.hash("nobody has this password")
        async with self._turns:
            return await asyncio.to_thread(self._verify, password, hashed or self._dummy or "") and bool(hashed)

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


class CheckPassword:
    """Whether somebody who is signed in knows the password: a guess counts as a sign-in that failed (G24), or a session
    that was left open would do to find it out.
    """

    def __init__(self, staff: StaffStore, passwords: Passwords, limits: Limits) -> None:
        self._staff = staff
        self._passwords = passwords
        self._limits = limits

    async def __call__(self, staff: Staff, given: SecretStr | None, address: str) -> None:
        """Raises ``PasswordWrong``, ``TooManyRequests``."""
        if given is None:
            raise PasswordWrong()
        async with self._limits.sign_in(email_key(staff.email), address) as attempt:
            hashed = await self._staff.password_of(staff.id)
            attempt.failed = not await self._passwords.matches(given.get_secret_value(), hashed)
        if attempt.failed:
            raise PasswordWrong()

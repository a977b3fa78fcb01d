"""Cookies of a consent: which staff member started in this browser, and which account was not theirs."""

import hmac

from fastapi import Request
from starlette.responses import Response

from services.gateway.edge.csrf import keyed_hash
from services.gateway.providers.answers import Provider
from services.gateway.settings import Settings
from shared import clock
from shared.crypto import UndecryptableValue

_SECONDS = 15 * 60
_ACCOUNT = "chosei_account"


def _name(provider: Provider) -> str:
    return f"chosei_flow_{provider}"


class Flows:
    """Signed, for 15 minutes of real time, for the callback's path only."""

    def __init__(self, settings: Settings) -> None:
        self._ring = settings.session_ring
        self._secure = settings.secure

    def set(self, response: Response, staff_id: str, provider: Provider) -> None:
        until = str(int(clock.real_now().timestamp()) + _SECONDS)
        key_id = self._ring.current
        mac = keyed_hash(self._ring, key_id, "flow", provider, staff_id, until)
        response.set_cookie(
            _name(provider),
            f"{key_id}.{staff_id}.{until}.{mac}",
            max_age=_SECONDS,
            httponly=True,
            samesite="lax",
            secure=self._secure,
            path="/oauth",
        )

    def staff_id(self, request: Request, provider: Provider) -> str | None:
        """Who started here, if anybody did."""
        parts = request.cookies.get(_name(provider), "").split(".")
        if len(parts) != 4 or parts[0] not in self._ring.keys or not parts[2].isdecimal():
            return None
        key_id, staff_id, until, mac = parts
        expected = keyed_hash(self._ring, key_id, "flow", provider, staff_id, until)
        good = hmac.compare_digest(mac.encode(), expected.encode()) and int(until[:12]) > clock.real_now().timestamp()
        return staff_id if good else None

    def note_account(self, response: Response, staff_id: str, account: str) -> None:
        """The address that was refused (V2), readable for this staff member on the page of connections only."""
        response.set_cookie(
            _ACCOUNT,
            self._ring.encrypt(account.encode(), place=f"{_ACCOUNT}/{staff_id}"),
            max_age=_SECONDS,
            httponly=True,
            samesite="lax",
            secure=self._secure,
            path="/connections",
        )

    def noted_account(self, request: Request, staff_id: str) -> str:
        """Empty where none is known, or it was somebody else's."""
        kept = request.cookies.get(_ACCOUNT, "")
        try:
            return self._ring.decrypt(kept, place=f"{_ACCOUNT}/{staff_id}").decode() if kept else ""
        except UndecryptableValue:  # ours no more, or never
            return ""

    def drop(self, response: Response, provider: Provider) -> None:
        response.delete_cookie(_name(provider), path="/oauth", httponly=True, samesite="lax", secure=self._secure)

"""Zoom's webhooks (E7): each is signed over its bytes; what it says of a meeting is a suspicion and no more.

Duplicates and repetitions change nothing: a meeting is only looked at once more, and a removed app ends only what was
granted before.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import structlog

from services.zoom_issuer.model import Actual, MeetingRow, Wanted
from services.zoom_issuer.model_series import FoundOccurrence, every_of
from services.zoom_issuer.providers.zoom_recurrence import occurrences_of
from services.zoom_issuer.store.drift import DriftRows
from services.zoom_issuer.store.meetings import row_of
from services.zoom_issuer.usecases.deauthorize import Deauthorize
from services.zoom_issuer.usecases.list_users import UsersChangedAtZoom
from shared import clock
from shared.crypto import same
from shared.webhooks import Heard, object_in

log = structlog.get_logger(__name__)
_WINDOW = timedelta(seconds=300)
"""How old a request may be; Zoom signs each repetition anew."""
_SECONDS = re.compile(r"[0-9]{1,12}")
_ABOUT_MEETINGS = {
    "meeting.updated",
    "meeting.deleted",
    "meeting.permanently_deleted",
    "meeting.recovered",
}


class HearZoom:
    """``secret`` is the app's secret token; where it is empty nothing is believed. ``hurry`` has the meetings of a Zoom
    user looked at: one that was recovered may be a second one (G13).
    """

    def __init__(
        self,
        secret: str,
        rows: DriftRows,
        deauthorize: Deauthorize,
        users_changed: UsersChangedAtZoom,
        wake: Callable[[str], None],
        hurry: Callable[[str], Awaitable[None]],
    ) -> None:
        self._secret = secret
        self._rows = rows
        self._deauthorize = deauthorize
        self._users_changed = users_changed
        self._wake = wake
        self._hurry = hurry

    async def __call__(self, headers: Mapping[str, str], body: bytes) -> Heard:
        named = {name.lower(): value for name, value in headers.items()}
        if not self._is_signed(named.get("x-zm-request-timestamp", ""), named.get("x-zm-signature", ""), body):
            log.info("notification.ignored")
            return Heard(401)
        told = object_in(body)
        event, payload = told.get("event"), told.get("payload")
        if not isinstance(event, str) or not isinstance(payload, dict):
            return Heard(400)
        if event == "endpoint.url_validation":
            return self._validated(payload)
        if event in _ABOUT_MEETINGS:
            await self._changed(event, payload)
        elif event.startswith("user."):
            await self._users_changed(str(payload.get("account_id", "")))
        elif event == "app_deauthorized":
            await self._deauthorize(payload)
        return Heard(200)

    def _is_signed(self, timestamp: str, signature: str, body: bytes) -> bool:
        if not self._secret or not _SECONDS.fullmatch(timestamp):
            return False
        right = f"v0={self._digest(b'v0:' + timestamp.encode() + b':' + body)}"
        return abs(clock.now().timestamp() - int(timestamp)) <= _WINDOW.total_seconds() and same(signature, right)

    def _validated(self, payload: Mapping[str, Any]) -> Heard:
        """The handshake, as often as Zoom asks for it."""
        plain = payload.get("plainToken")
        if not isinstance(plain, str):
            return Heard(400)
        answer = {"plainToken": plain, "encryptedToken": self._digest(plain.encode())}
        return Heard(200, orjson.dumps(answer).decode())

    async def _changed(self, event: str, payload: Mapping[str, Any]) -> None:
        told = payload.get("object")
        if not isinstance(told, dict) or not str(told.get("id", "")).isdigit():
            return
        found = [row_of(row) for row in await self._rows.by_meeting(str(told["id"]))]
        if event == "meeting.recovered" and not found and told.get("host_id"):
            await self._hurry(str(told["host_id"]))
        suspects = [row.appointment_id for row in found if not (event == "meeting.updated" and is_echo(row, told))]
        if suspects:
            await self._rows.suspect(suspects)
            for row_id in suspects:
                self._wake(row_id)

    def _digest(self, message: bytes) -> str:
        return hmac.new(self._secret.encode(), message, hashlib.sha256).hexdigest()


def is_echo(row: MeetingRow, told: Mapping[str, Any]) -> bool:
    """Whether an update only says what is known or wanted here: our own writes come back too."""
    return any(_says(one, told) for one in (row.actual, row.wanted) if one is not None)


def _says(known: Actual | Wanted, told: Mapping[str, Any]) -> bool:
    facts = {"topic": known.topic, "duration": known.minutes, "timezone": known.time_zone}
    if any(told[name] != fact for name, fact in facts.items() if name in told):
        return False
    if "occurrences" in told:
        return _says_occurrences(known, occurrences_of(told))
    return "start_time" not in told or _moment(told["start_time"]) == known.start_at


def _says_occurrences(known: Actual | Wanted, told: Sequence[FoundOccurrence]) -> bool:
    """Whether each is one as it is known or wanted."""
    every = every_of(known.start_at, known.minutes, known.time_zone, known.rrule, known.changed) if known.rrule else []
    times = {(one.start_at, one.end_at - one.start_at, one.canceled) for one in every}
    return bool(told) and all((one.start_at, timedelta(minutes=one.minutes), one.deleted) in times for one in told)


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None

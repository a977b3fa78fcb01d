"""Zoom's REST API v2. Times go out as local wall clock with a zone, never as ``Z`` with one: Zoom ignores that zone.

| status | code | taken as |
| --- | --- | --- |
| 401 | any | token refused: renewed once by the caller |
| 400 | 4711 | the grant lacks scopes: only a new one helps |
| 404 | 3001 | the meeting is not there |
| 429 | – | throttled, or the day is spent: `throttling` |
| 5xx, no answer | – | unavailable; unknown for a create |
| other 4xx | 300, 1001, 1010, 3161 … | refused |
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from services.zoom_issuer.model_series import OccurrenceWish, has_fixed_times
from services.zoom_issuer.providers import (
    FoundMeeting,
    Meeting,
    MeetingRequest,
    ScopesMissing,
    UserPage,
    ZoomUser,
)
from services.zoom_issuer.providers.throttling import throttled
from services.zoom_issuer.providers.zoom_recurrence import (
    FIXED,
    WITHOUT_TIMES,
    occurrence_at,
    occurrences_of,
    recurrence_of,
)
from shared import clock
from shared.drift import EntryState
from shared.http import json_object, send
from shared.oauth import OAuthApp
from shared.observability.http import provider_call
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused, ProviderUnavailable, reads

_BASIC_PLAN = 1
_SCHEDULED = 2
_PAGE = 300
_PAGES_AT_MOST = 20
_TIMES = ("type", "start_time", "timezone", "duration", "recurrence")
_SILENTLY = {"schedule_for_reminder": "false"}
_SCOPES_MISSING = (400, 4711)
_SCOPES_NAMED = re.compile(r"scopes:\[([a-z0-9_:,. ]*)\]")
_SCOPE = re.compile(r"[a-z0-9_]+(?::[a-z0-9_]+)+")


def zoom_app(client_id: str, client_secret: str, oauth_url: str) -> OAuthApp:
    """Our app at Zoom; its scopes are fixed where it is registered, so none are asked for."""
    return OAuthApp(
        provider="zoom",
        client_id=client_id,
        client_secret=client_secret,
        authorize_url=f"{oauth_url}/authorize",
        token_url=f"{oauth_url}/token",
        revoke_url=f"{oauth_url}/revoke",
        basic=True,
        approval_words=("approv", "unauthorized_client"),
    )


class ZoomApi:
    """Acts with the token of a person (who is ``me``) or of a whole account (whose users are named)."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def me(self, token: str) -> ZoomUser:
        return user_of(await self._call("users.me", "GET", "/users/me", token))

    async def users(self, token: str, page_token: str = "") -> UserPage:
        page = {"status": "active", "page_size": str(_PAGE), **({"next_page_token": page_token} if page_token else {})}
        body = await self._call("users.list", "GET", "/users", token, params=page)
        return UserPage(
            [user_of(row) for row in _rows(body, "users") if row.get("id")], str(body.get("next_page_token") or "")
        )

    async def create(self, token: str, user: str, request: MeetingRequest) -> Meeting:
        body = await self._call("meetings.create", "POST", f"/users/{user}/meetings", token, json=to_body(request))
        return from_body(body, request.passcode)

    async def update(self, token: str, meeting_id: str, request: MeetingRequest) -> None:
        left_out = ("password", "agenda", *(_TIMES if request.keeps_times else ()))
        changed = {name: value for name, value in to_body(request).items() if name not in left_out}
        await self._call("meetings.update", "PATCH", f"/meetings/{meeting_id}", token, json=changed)

    async def change_occurrence(
        self, token: str, meeting_id: str, wish: OccurrenceWish, *, begins_at: datetime, time_zone: str
    ) -> None:
        path = f"/meetings/{meeting_id}"
        meeting = await self._call("meetings.get", "GET", path, token, params={"show_previous_occurrences": "true"})
        stands = occurrence_at(meeting, begins_at)
        found = stands or occurrence_at(meeting, wish["start_at"])
        if found is None:
            if wish["canceled"]:
                return
            raise ProviderRefused("zoom: no such occurrence")
        is_there = stands is None or begins_at == wish["start_at"]
        if not wish["canceled"] and is_there and found.get("duration") == wish["minutes"]:
            return
        which = {"occurrence_id": str(found["occurrence_id"])}
        if wish["canceled"]:
            await self._call("meetings.delete", "DELETE", path, token, params=which | _SILENTLY)
            return
        local = wish["start_at"].astimezone(ZoneInfo(time_zone))
        body = {
            "start_time": local.strftime("%Y-%m-%dT%H:%M:%S"),
            "timezone": time_zone,
            "duration": wish["minutes"],
        }
        await self._call("meetings.update", "PATCH", path, token, json=body, params=which)

    async def delete(self, token: str, meeting_id: str) -> None:
        try:
            await self._call("meetings.delete", "DELETE", f"/meetings/{meeting_id}", token, params=_SILENTLY)
        except ProviderRefused as error:
            if not error.missing:
                raise

    async def state(self, token: str, meeting_id: str) -> FoundMeeting | None:
        try:
            return found_in(await self._call("meetings.get", "GET", f"/meetings/{meeting_id}", token))
        except ProviderRefused as error:
            if not error.missing:
                raise
            return None

    async def standing(self, token: str, user: str) -> Mapping[str, FoundMeeting]:
        return {str(row["id"]): found_in(row) for row in await self._scheduled(token, user) if row.get("id")}

    async def find(self, token: str, user: str, agenda_token: str) -> Sequence[Meeting]:
        rows = await self._scheduled(token, user)
        found = [str(row["id"]) for row in rows if str(row.get("agenda", "")).startswith(agenda_token)]
        return [
            from_body(await self._call("meetings.get", "GET", f"/meetings/{meeting_id}", token), "")
            for meeting_id in found
        ]

    async def _scheduled(self, token: str, user: str) -> Sequence[Mapping[str, Any]]:
        """A list that breaks off shows less than there is: what it leaves out is no proof of anything."""
        found: list[Mapping[str, Any]] = []
        page: dict[str, str] = {"type": "scheduled", "page_size": str(_PAGE)}
        for _ in range(_PAGES_AT_MOST):
            body = await self._call("meetings.list", "GET", f"/users/{user}/meetings", token, params=page)
            found += _rows(body, "meetings")
            if not body.get("next_page_token"):
                break
            page = {**page, "next_page_token": str(body["next_page_token"])}
        return found

    async def _call(
        self,
        operation: str,
        method: str,
        path: str,
        token: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        with provider_call("zoom", operation):
            headers = {"authorization": f"Bearer {token}"}
            answer = await send(self._client, method, path, json=json, params=params, headers=headers)
            return _checked(answer)


@reads
def user_of(row: Mapping[str, Any]) -> ZoomUser:
    """From what Zoom says of a user; only of one's own does it name the account."""
    return ZoomUser(
        user_id=str(row["id"]),
        email=str(row.get("email") or ""),
        basic=row.get("type") == _BASIC_PLAN,
        name=str(row.get("display_name") or f"{row.get('last_name') or ''} {row.get('first_name') or ''}".strip()),
        account_id=str(row.get("account_id") or ""),
    )


@reads
def _rows(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [{**row} for row in body.get(name) or ()]


def to_body(request: MeetingRequest) -> dict[str, Any]:
    """A scheduled meeting (type 2) in Zoom's words; a series has fixed times (8), or none where Zoom does not know its
    rule (3).
    """
    local = request.start_at.astimezone(ZoneInfo(request.time_zone))
    recurring: dict[str, Any] = {}
    if request.rrule and has_fixed_times(request.rrule, request.time_zone):
        recurring = {"type": FIXED, "recurrence": recurrence_of(request.rrule, request.time_zone, request.times)}
    elif request.rrule:
        recurring = {"type": WITHOUT_TIMES}
    return {
        "topic": request.topic,
        "type": 2,
        "start_time": local.strftime("%Y-%m-%dT%H:%M:%S"),
        "timezone": request.time_zone,
        "duration": request.minutes,
        "agenda": request.agenda,
        "password": request.passcode,
        **recurring,
    }


@reads
def found_in(body: Mapping[str, Any]) -> FoundMeeting:
    return FoundMeeting(state_of(body), str(body.get("agenda") or ""), occurrences_of(body))


def state_of(body: Mapping[str, Any]) -> EntryState:
    """A series has many times, which its occurrences say; a time that cannot be read is not said either."""
    title = body.get("topic")
    topic = title if isinstance(title, str) else None
    try:
        start_at = datetime.fromisoformat(str(body.get("start_time"))).astimezone(UTC)
        end_at = start_at + timedelta(minutes=int(body.get("duration", "")))
    except (ValueError, TypeError, OverflowError):
        return EntryState(None, None, topic)
    return EntryState(start_at, end_at, topic) if body.get("type") == _SCHEDULED else EntryState(None, None, topic)


@reads
def from_body(body: Mapping[str, Any], passcode: str) -> Meeting:
    """Zoom's account settings may replace the passcode that was sent."""
    if not body.get("id") or not body.get("join_url"):
        raise ProviderUnavailable("zoom: a meeting without id or link", unknown=True)
    return Meeting(
        meeting_id=str(body["id"]),
        agenda=str(body.get("agenda") or ""),
        join_url=str(body["join_url"]),
        passcode=str(body.get("password") or passcode),
        occurrences=occurrences_of(body),
    )


def _checked(answer: httpx.Response) -> Mapping[str, Any]:
    status = answer.status_code
    if status == 204:
        return {}
    body = json_object(answer)
    if status < 300:
        return body
    raise _failure(status, body, answer.headers)


def _failure(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> ProviderError:
    """Zoom's message may name people, so that only its codes go further."""
    code, message = body.get("code"), str(body.get("message", ""))
    reason = f"zoom: {status}/{code}" if isinstance(code, int) else f"zoom: {status}"
    if status == 401:
        return CredentialRevoked(reason)
    if (status, code) == _SCOPES_MISSING:
        return ScopesMissing(reason, missing_scopes(message))
    if status == 429:
        return throttled(reason, headers, message, clock.now())
    if status >= 500:
        return ProviderUnavailable(reason, unknown=True)
    return ProviderRefused(reason, missing=status == 404 and code == 3001)


def missing_scopes(message: str) -> list[str]:
    """The scopes that 4711 names; its other words go no further."""
    named = _SCOPES_NAMED.search(message)
    return _SCOPE.findall(named.group(1)) if named else []

"""Watch channels: made once and never renewed; a notification is headers and no body (facts 2.3)."""

import hashlib
from datetime import UTC, datetime, timedelta

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.courier import Courier
from deploy.sandbox.callbacks import Callback, Callbacks, address_allowed
from deploy.sandbox.google.errors import GoogleError, bad_request, not_found, required
from deploy.sandbox.google.state import Channel, GoogleCalendar, GoogleState
from shared import clock

_LONGEST = timedelta(days=7)


class Watching:
    """Creates and stops channels and tells them that something changed (not what)."""

    def __init__(self, state: GoogleState, callbacks: Callbacks, base_url: str) -> None:
        self._state = state
        self._courier = Courier(callbacks)
        self._base_url = base_url

    def watch(self, calendar: GoogleCalendar, owner: str, body: object) -> Resource:
        """A new channel; its sync message goes out at once. Raises 400 or 401 for what Google refuses."""
        if not isinstance(body, dict):
            raise bad_request("Parse Error")
        channel_id, address = _checked(body)
        if channel_id in self._state.used_channel_ids:
            message = f"Channel id {channel_id} not unique"
            raise GoogleError(400, "channelIdNotUnique", message, domain="global")
        resource_id = hashlib.sha256(calendar.email.encode()).hexdigest()[:27]
        token = body.get("token")
        channel = Channel(
            id=channel_id,
            resource_id=resource_id,
            resource_uri=f"{self._base_url}/google/calendar/v3/calendars/{calendar.email}/events?alt=json",
            calendar=calendar.email,
            owner=owner,
            address=address,
            token=str(token) if token else None,
            expires_at=_expiration(body),
            dirty=False,
        )
        self._state.used_channel_ids.add(channel_id)
        self._state.channels[channel_id] = channel
        self._state.watching.setdefault(calendar.email, set()).add(channel_id)
        self._courier.wake(channel_id, lambda: self._pack(channel))
        answer: Resource = {
            "kind": "api#channel",
            "id": channel.id,
            "resourceId": channel.resource_id,
            "resourceUri": channel.resource_uri,
            "expiration": str(int(channel.expires_at.timestamp() * 1000)),
        }
        return answer | ({"token": channel.token} if channel.token else {})

    def calendar_gone(self, calendar: GoogleCalendar) -> None:
        """Its channels end without a word."""
        for channel_id in tuple(self._state.watching.get(calendar.email, ())):
            self._drop(self._state.channels[channel_id])

    def stop(self, owner: str, body: object) -> None:
        """Ends a channel of the same person; raises 404 for any other."""
        asked = body if isinstance(body, dict) else {}
        channel = self._state.channels.get(str(asked.get("id")))
        if channel is None or channel.owner != owner or channel.resource_id != asked.get("resourceId"):
            raise not_found()
        self._drop(channel)

    def changed(self, calendar: GoogleCalendar, push: bool) -> None:
        """Something in the calendar changed; its live channels are told when ``push``."""
        watching = self._state.watching.get(calendar.email)
        if not push or not watching:
            return
        now = clock.now()
        for channel_id in tuple(watching):
            channel = self._state.channels[channel_id]
            if channel.expires_at <= now:
                self._drop(channel)
                continue
            channel.dirty = True
            self._courier.wake(channel_id, lambda channel=channel: self._pack(channel))  # type: ignore[misc]

    def _drop(self, channel: Channel) -> None:
        channel.dirty = False
        self._state.channels.pop(channel.id, None)
        self._state.watching[channel.calendar].discard(channel.id)

    def _pack(self, channel: Channel) -> Callback | None:
        """The sync message first, then one per change; several changes in a row share one."""
        if channel.id not in self._state.channels or (channel.message_number and not channel.dirty):
            return None
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Resource-ID": channel.resource_id,
            "X-Goog-Resource-URI": channel.resource_uri,
            "X-Goog-Channel-Expiration": channel.expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "X-Goog-Resource-State": "exists" if channel.message_number else "sync",
            "Content-Length": "0",
        }
        if channel.token:
            headers["X-Goog-Channel-Token"] = channel.token
        if channel.message_number:
            channel.dirty = False
            channel.message_number += 2
        else:
            channel.message_number = 1
        headers["X-Goog-Message-Number"] = str(channel.message_number)
        return Callback(channel.address, headers=headers)


def _checked(body: Resource) -> tuple[str, str]:
    channel_id, address = body.get("id"), body.get("address")
    if not isinstance(channel_id, str) or not 0 < len(channel_id) <= 64:
        raise required("Missing or invalid channel id.", "id")
    if body.get("type") not in ("web_hook", "webhook"):
        raise GoogleError(400, "channelUnknownType", "Unknown channel type")
    if not isinstance(address, str) or not address:
        raise required("Missing address.", "address")
    if not address_allowed(address):
        message = f"WebHook callback must be HTTPS: {address}"
        raise GoogleError(400, "push.webhookUrlNotHttps", message)
    return channel_id, address


def _expiration(body: Resource) -> datetime:
    """What was asked for, seven days at most."""
    now = clock.now()
    latest = now + _LONGEST
    params = body.get("params")
    try:
        if body.get("expiration"):
            asked = datetime.fromtimestamp(int(body["expiration"]) / 1000, UTC)
        elif isinstance(params, dict) and params.get("ttl"):
            asked = now + timedelta(seconds=int(params["ttl"]))
        else:
            return latest
    except (ValueError, TypeError, OverflowError, OSError):
        raise bad_request("Invalid expiration.") from None
    if asked <= now:
        raise bad_request("The expiration lies in the past.")
    return min(asked, latest)

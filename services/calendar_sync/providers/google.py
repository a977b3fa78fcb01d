"""Google Calendar v3. Ids of our entries are chosen by us, so that a repeated insert can only answer ``duplicate``."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from services.calendar_sync.model.busy import BusyEntry, Window
from services.calendar_sync.model.calendars import MAIN, ListedCalendar
from services.calendar_sync.model.entries import PREFIX, EntryDraft, Part, Written, provider_key
from services.calendar_sync.model.series import DraftSeries
from services.calendar_sync.providers import guest_answers
from services.calendar_sync.providers.calls import ProviderApi
from services.calendar_sync.providers.google_errors import AlreadyThere, error_of
from services.calendar_sync.providers.google_mapping import (
    from_draft,
    keeping_answers,
    new_entry,
    of_other_kind,
    to_busy,
    to_listed,
    to_state,
)
from services.calendar_sync.providers.google_series import InstanceChange, instance_changes, occurrence_states
from services.calendar_sync.providers.listing import LIST_SCOPES
from services.calendar_sync.providers.protocol import Credential, Reading, Seen, Watch
from services.calendar_sync.providers.room_answers import from_google
from shared.contracts.calendar_sync import GuestResponse, Provider, RoomResponse
from shared.drift import EntryState
from shared.oauth import OAuthApp
from shared.providers import ProviderError, ProviderRefused, ProviderUnavailable

log = structlog.get_logger(__name__)
_NEEDED = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.calendars.readonly",
)
SCOPES = (*_NEEDED, *LIST_SCOPES[Provider.GOOGLE])
_PAGE = "2500"
_QUIET = {"sendUpdates": "none"}


def google_app(client_id: str, client_secret: str, *, authorize_url: str, oauth_url: str) -> OAuthApp:
    """Our app at Google; a refresh token only comes with offline access and consent asked anew."""
    return OAuthApp(
        provider="google",
        client_id=client_id,
        client_secret=client_secret,
        authorize_url=authorize_url,
        token_url=f"{oauth_url.rstrip('/')}/token",
        revoke_url=f"{oauth_url.rstrip('/')}/revoke",
        scopes=SCOPES,
        needed=_NEEDED,
        authorize_extra={"access_type": "offline", "prompt": "consent"},
    )


class GoogleCalendar:
    """The adapter."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        api_url: str,
        description_limit: int,
    ) -> None:
        self._url = api_url.rstrip("/")
        self._api = ProviderApi("google", client, error_of)
        self.description_limit = description_limit

    async def addresses(self, credential: Credential) -> Sequence[str]:
        calendar = await self._api.call("calendars.get", credential, "GET", f"{self._url}/calendars/primary")
        return [str(calendar["id"])]

    async def calendars(self, credential: Credential) -> Sequence[ListedCalendar]:
        """Those whose entries can be read; of others free and busy times at most."""
        found: list[ListedCalendar] = []
        asked = {"minAccessRole": "reader", "showHidden": "true", "maxResults": "250"}
        page = asked
        while True:
            url = f"{self._url}/users/me/calendarList"
            answer = await self._api.call("calendarlist.list", credential, "GET", url, params=page)
            found.extend(to_listed(one) for one in answer.get("items", []))
            if not (next_page := answer.get("nextPageToken")):
                return sorted(found, key=lambda one: one.calendar_id != MAIN)
            page = {**asked, "pageToken": str(next_page)}

    async def read_all(
        self, credential: Credential, window: Window, all_day_zone: str, *, calendar: str = MAIN
    ) -> Reading:
        return await self._read("events.list", credential, calendar, _range(window), all_day_zone)

    async def read_changes(
        self, credential: Credential, cursor: str, all_day_zone: str, *, calendar: str = MAIN
    ) -> Reading:
        """A change to a series leaves open which occurrences went: ``doubtful``."""
        return await self._read("events.sync", credential, calendar, {"syncToken": cursor}, all_day_zone)

    async def read_span(
        self, credential: Credential, window: Window, all_day_zone: str, *, calendar: str = MAIN
    ) -> Sequence[BusyEntry]:
        reading = await self._read("events.look", credential, calendar, _range(window), all_day_zone)
        return reading.entries

    async def _read(
        self, operation: str, credential: Credential, calendar: str, first: Mapping[str, str], zone: str
    ) -> Reading:
        fixed = {"singleEvents": "true", "maxResults": _PAGE}
        entries: list[BusyEntry] = []
        removed: set[str] = set()
        states: dict[str, EntryState] = {}
        series: dict[str, set[Seen]] = {}
        doubtful = False
        answers: dict[str, Mapping[str, RoomResponse | None]] = {}
        said: dict[str, Mapping[str, GuestResponse]] = {}
        page = {**fixed, **first}
        while True:
            answer = await self._api.call(operation, credential, "GET", self._events(calendar), params=page)
            answers |= from_google(answer.get("items", []))
            said |= guest_answers.from_google(answer.get("items", []))
            for event in answer.get("items", []):
                home = str(answer.get("timeZone") or zone)
                found = to_busy(event, home)
                doubtful = doubtful or bool(event.get("recurringEventId"))
                if series_id := str(event.get("recurringEventId") or ""):
                    seen = series.setdefault(series_id, set())
                    if shown := to_state(event, home):
                        seen.add(Seen(shown.start_at, shown.end_at, shown.title, shown.description))
                elif str(event["id"]).startswith(PREFIX) and (state := to_state(event, home)):
                    states[str(event["id"])] = state
                if found is None:
                    removed.add(str(event["id"]))
                else:
                    entries.append(found)
            if not (next_page := answer.get("nextPageToken")):
                return Reading(
                    entries,
                    frozenset(removed),
                    answer.get("nextSyncToken"),
                    doubtful,
                    room_answers=answers,
                    said=said,
                    states=states,
                    series={name: frozenset(seen) for name, seen in series.items()},
                )
            page = {**fixed, **first, "pageToken": str(next_page)}

    async def create(
        self, credential: Credential, draft: EntryDraft, generation: int, *, look: bool, calendar: str = MAIN
    ) -> Written:
        """A cancelled entry of our id is brought back; where Google refuses that, the next generation is used."""
        entry_id = provider_key(draft.marker, generation)
        if look and (found := await self._get(credential, entry_id, calendar)) is not None:
            return await self._adopt(credential, draft, generation, found, calendar)
        try:
            made = await self._api.call(
                "events.insert",
                credential,
                "POST",
                self._events(calendar),
                params=_QUIET,
                body=new_entry(draft, entry_id),
            )
        except AlreadyThere as error:
            found = await self._get(credential, entry_id, calendar)
            if found is None:
                raise ProviderUnavailable("duplicate, and not to be found") from error
            return await self._adopt(credential, draft, generation, found, calendar)
        await self._settle_instances(credential, entry_id, draft, made, calendar)
        return Written(str(made["id"]), str(made.get("iCalUID", "")), generation)

    async def _adopt(
        self, credential: Credential, draft: EntryDraft, generation: int, found: Mapping[str, Any], calendar: str
    ) -> Written:
        try:
            await self.update(credential, str(found["id"]), draft, calendar=calendar)
        except ProviderRefused:
            if found.get("status") != "cancelled":
                raise
            return await self.create(credential, draft, generation + 1, look=False, calendar=calendar)
        return Written(str(found["id"]), str(found.get("iCalUID", "")), generation)

    async def update(
        self,
        credential: Credential,
        entry_id: str,
        draft: EntryDraft,
        *,
        others: Sequence[Part] = (),
        replace_missing: bool = False,
        calendar: str = MAIN,
    ) -> Sequence[Part]:
        """Google refuses a date beside a time that stands there: what the other kind had is taken away then. It takes
        every rule, so that an entry has no other parts.
        """
        known = await self._get(credential, entry_id, calendar) if draft.guest else None
        body = keeping_answers(from_draft(draft), known or {}, draft)
        try:
            made = await self._patch(credential, entry_id, body, calendar)
        except ProviderRefused as error:
            if error.missing or error.denied:
                raise
            made = await self._patch(credential, entry_id, of_other_kind(draft), calendar)
        await self._settle_instances(credential, entry_id, draft, made, calendar)
        return ()

    async def _patch(
        self, credential: Credential, entry_id: str, body: Mapping[str, Any], calendar: str
    ) -> Mapping[str, Any]:
        url = self._entry(entry_id, calendar)
        return await self._api.call("events.patch", credential, "PATCH", url, params=_QUIET, body=body)

    async def _settle_instances(
        self, credential: Credential, entry_id: str, draft: EntryDraft, master: Mapping[str, Any], calendar: str
    ) -> None:
        """Of a series: its occurrences that are moved or cancelled, or were and are not any more (E6)."""
        if draft.series is None:
            return
        instances = await self._instances(credential, entry_id, draft.series, calendar)
        for change in instance_changes(entry_id, draft, from_draft(draft), master, instances):
            await self._change_instance(credential, change, calendar)

    async def _instances(
        self, credential: Credential, entry_id: str, series: DraftSeries, calendar: str
    ) -> list[Mapping[str, Any]]:
        """Cancelled ones too."""
        instances: list[Mapping[str, Any]] = []
        url = f"{self._entry(entry_id, calendar)}/instances"
        asked = {"showDeleted": "true", "maxResults": _PAGE, **_range(series.reach)}
        page: Mapping[str, str] = asked
        while True:
            answer = await self._api.call("events.instances", credential, "GET", url, params=page)
            instances += answer.get("items", [])
            if not (next_page := answer.get("nextPageToken")):
                return instances
            page = {**asked, "pageToken": str(next_page)}

    async def _change_instance(self, credential: Credential, change: InstanceChange, calendar: str) -> None:
        if change.body is None:
            await self.delete(credential, change.instance_id, calendar=calendar)
            return
        await self._patch(credential, change.instance_id, change.body, calendar)

    async def find(
        self, credential: Credential, marker: str, generation: int, *, calendar: str = MAIN
    ) -> Written | None:
        found = await self._get(credential, provider_key(marker, generation), calendar)
        if found is None or found.get("status") == "cancelled":
            return None
        return Written(str(found["id"]), str(found.get("iCalUID", "")), generation)

    async def state(
        self, credential: Credential, entry_id: str, all_day_zone: str, *, calendar: str = MAIN
    ) -> EntryState | None:
        found = await self._get(credential, entry_id, calendar)
        return to_state(found, all_day_zone) if found is not None else None

    async def series_state(
        self,
        credential: Credential,
        entry_id: str,
        draft: EntryDraft,
        *,
        others: Sequence[Part] = (),
        calendar: str = MAIN,
    ) -> EntryState | None:
        state = await self.state(credential, entry_id, draft.time_zone, calendar=calendar)
        if state is None or draft.series is None:
            return state
        try:
            instances = await self._instances(credential, entry_id, draft.series, calendar)
        except ProviderRefused as error:
            if error.missing:
                raise ProviderUnavailable("an entry without instances") from error
            raise
        return replace(state, occurrences=occurrence_states(entry_id, draft, instances))

    async def delete(self, credential: Credential, entry_id: str, *, calendar: str = MAIN) -> None:
        try:
            url = self._entry(entry_id, calendar)
            await self._api.call("events.delete", credential, "DELETE", url, params=_QUIET)
        except ProviderRefused as error:
            if not error.missing:
                raise

    async def _get(self, credential: Credential, entry_id: str, calendar: str) -> Mapping[str, Any] | None:
        try:
            return await self._api.call("events.get", credential, "GET", self._entry(entry_id, calendar))
        except ProviderRefused as error:
            if error.missing:
                return None
            raise

    def _events(self, calendar: str) -> str:
        return f"{self._url}/calendars/{'primary' if calendar == MAIN else quote(calendar, safe='@')}/events"

    def _entry(self, entry_id: str, calendar: str) -> str:
        return f"{self._events(calendar)}/{quote(entry_id, safe='')}"

    async def watch(
        self, credential: Credential, *, url: str, secret: str, until: datetime, calendar: str = MAIN
    ) -> Watch:
        body = {
            "id": secrets.token_hex(16),
            "type": "web_hook",
            "address": url,
            "token": secret,
            "expiration": str(int(until.timestamp() * 1000)),
        }
        made = await self._api.call("events.watch", credential, "POST", f"{self._events(calendar)}/watch", body=body)
        ends = datetime.fromtimestamp(int(made.get("expiration") or body["expiration"]) / 1000, UTC)
        return Watch(body["id"], str(made.get("resourceId", "")), ends)

    async def renew_watch(
        self, credential: Credential, watch: Watch, *, url: str, secret: str, until: datetime, calendar: str = MAIN
    ) -> Watch:
        """Google renews no channel: a new one first, then the old one ends, by itself where it cannot be stopped."""
        made = await self.watch(credential, url=url, secret=secret, until=until, calendar=calendar)
        try:
            await self.unwatch(credential, watch)
        except ProviderError as error:
            log.info("calendar.not_unwatched", watch_id=watch.watch_id, reason=error.reason)
        return made

    async def unwatch(self, credential: Credential, watch: Watch) -> None:
        body = {"id": watch.watch_id, "resourceId": watch.resource_id}
        try:
            await self._api.call("channels.stop", credential, "POST", f"{self._url}/channels/stop", body=body)
        except ProviderRefused as error:
            if not error.missing:
                raise


def _range(window: Window) -> dict[str, str]:
    return {"timeMin": _rfc3339(window.start_at), "timeMax": _rfc3339(window.end_at)}


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

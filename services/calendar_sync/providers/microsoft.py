"""Microsoft Graph calendars. A ``transactionId`` guards creates, and our own property is looked for before repeats."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from services.calendar_sync.model.busy import BusyEntry, Window
from services.calendar_sync.model.calendars import MAIN, ListedCalendar
from services.calendar_sync.model.entries import EntryDraft, Written, provider_key
from services.calendar_sync.model.series import DraftSeries
from services.calendar_sync.providers.calls import ProviderApi
from services.calendar_sync.providers.microsoft_errors import TransactionUsed, error_of
from services.calendar_sync.providers.microsoft_mapping import (
    from_draft,
    marker_filter,
    new_entry,
    owner_of,
    to_busy,
    to_listed,
    to_state,
)
from services.calendar_sync.providers.microsoft_reading import reading_of
from services.calendar_sync.providers.microsoft_series import (
    difference,
    occurrence_states,
    of_other_length,
    without_known_times,
)
from services.calendar_sync.providers.protocol import Credential, Reading, Watch
from services.calendar_sync.providers.zones import wall_clock
from shared.drift import EntryState
from shared.oauth import OAuthApp
from shared.providers import (
    ProviderRefused,
    ProviderUnavailable,
    SyncTokenExpired,
)

SCOPES = ("offline_access", "User.Read", "Calendars.ReadWrite")
_NEEDED = ("User.Read", "Calendars.ReadWrite")
_APPROVAL = ("AADSTS65001", "AADSTS90094")
_IMMUTABLE = 'IdType="ImmutableId"'
_READ = {"Prefer": f'{_IMMUTABLE}, outlook.timezone="UTC", outlook.body-content-type="text", odata.maxpagesize=500'}
_WRITE = {"Prefer": _IMMUTABLE}
_UTC = ZoneInfo("UTC")
_OF_A_SERIES = (
    "id,subject,body,start,end,isAllDay,isCancelled,type,originalStartTimeZone,originalEndTimeZone,recurrence,"
    "cancelledOccurrences"
)


def microsoft_app(client_id: str, client_secret: str, *, login_url: str, tenant: str) -> OAuthApp:
    """Our app at Microsoft, which has no way to revoke a single grant: forgetting the tokens is all."""
    login = f"{login_url.rstrip('/')}/{tenant}/oauth2/v2.0"
    return OAuthApp(
        provider="microsoft",
        client_id=client_id,
        client_secret=client_secret,
        authorize_url=f"{login}/authorize",
        token_url=f"{login}/token",
        revoke_url=None,
        scopes=SCOPES,
        needed=_NEEDED,
        authorize_extra={"response_mode": "query"},
        token_extra={"scope": " ".join(SCOPES)},
        approval_words=_APPROVAL,
    )


class MicrosoftCalendar:
    """The adapter."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        api_url: str,
        description_limit: int,
    ) -> None:
        self._url = api_url.rstrip("/")
        self._api = ProviderApi("microsoft", client, error_of)
        self.description_limit = description_limit

    async def addresses(self, credential: Credential) -> Sequence[str]:
        me = await self._api.call("me.get", credential, "GET", f"{self._url}/me")
        return [str(address) for address in (me.get("mail"), me.get("userPrincipalName")) if address]

    async def calendars(self, credential: Credential) -> Sequence[ListedCalendar]:
        """Those of the account's own mailbox: others' need a scope that staff are not asked for."""
        own = {address.casefold() for address in await self.addresses(credential)}
        listed = await self._all("calendars.list", credential, f"{self._url}/me/calendars", {"$top": "100"})
        found = [to_listed(one) for one in listed if owner_of(one) in own]
        return sorted(found, key=lambda one: one.calendar_id != MAIN)

    async def read_all(
        self, credential: Credential, window: Window, all_day_zone: str, *, calendar: str = MAIN
    ) -> Reading:
        first = f"{self._calendar(calendar)}/calendarView/delta"
        return await self._delta("calendarview.delta", credential, first, _range(window), all_day_zone)

    async def read_changes(
        self, credential: Credential, cursor: str, all_day_zone: str, *, calendar: str = MAIN
    ) -> Reading:
        """The cursor names its calendar."""
        return await self._delta("calendarview.sync", credential, cursor, None, all_day_zone)

    async def _delta(
        self, operation: str, credential: Credential, url: str, params: Mapping[str, str] | None, zone: str
    ) -> Reading:
        """Links are followed as they came; the window is frozen in them."""
        events: list[Mapping[str, Any]] = []
        while True:
            answer = await self._get(operation, credential, url, params)
            events.extend(answer.get("value", []))
            params = None
            if next_link := answer.get("@odata.nextLink"):
                url = str(next_link)
                continue
            delta_link = answer.get("@odata.deltaLink")
            if not delta_link:
                raise ProviderUnavailable("a delta without an end")
            return reading_of(events, str(delta_link), zone)

    async def read_span(
        self, credential: Credential, window: Window, all_day_zone: str, *, calendar: str = MAIN
    ) -> Sequence[BusyEntry]:
        url, params = f"{self._calendar(calendar)}/calendarView", {**_range(window), "$top": "500"}
        events = await self._all("calendarview.look", credential, url, params)
        return [busy for event in events if (busy := to_busy(event, all_day_zone))]

    async def _all(
        self, operation: str, credential: Credential, url: str, params: Mapping[str, str]
    ) -> list[Mapping[str, Any]]:
        """Every page."""
        found: list[Mapping[str, Any]] = []
        while True:
            answer = await self._get(operation, credential, url, params)
            found += answer.get("value", [])
            if not (next_link := answer.get("@odata.nextLink")):
                return found
            url, params = str(next_link), {}

    async def _get(
        self, operation: str, credential: Credential, url: str, params: Mapping[str, str] | None
    ) -> dict[str, Any]:
        if not url.startswith(self._url + "/"):
            raise ProviderUnavailable("a link that leads elsewhere")
        return await self._api.call(operation, credential, "GET", url, params=params, headers=_READ)

    async def create(
        self, credential: Credential, draft: EntryDraft, generation: int, *, look: bool, calendar: str = MAIN
    ) -> Written:
        """After an attempt of unknown outcome our property is looked for: the provider may forget transactions."""
        if look and (found := await self._found(credential, draft.marker, calendar)) is not None:
            return await self._adopt(credential, draft, generation, found)
        try:
            made = await self._api.call(
                "events.create",
                credential,
                "POST",
                f"{self._calendar(calendar)}/events",
                body=new_entry(draft, provider_key(draft.marker, generation)),
                headers=_WRITE,
            )
        except TransactionUsed:
            found = await self._found(credential, draft.marker, calendar)
            if found is None:
                return await self.create(credential, draft, generation + 1, look=False, calendar=calendar)
            return await self._adopt(credential, draft, generation, found)
        await self._settle_occurrences(credential, str(made["id"]), draft, made, may_reset=True)
        return Written(str(made["id"]), str(made.get("iCalUId") or ""), generation)

    async def _adopt(
        self, credential: Credential, draft: EntryDraft, generation: int, found: Mapping[str, Any]
    ) -> Written:
        await self.update(credential, str(found["id"]), draft)
        return Written(str(found["id"]), str(found.get("iCalUId") or ""), generation)

    async def update(self, credential: Credential, entry_id: str, draft: EntryDraft, *, calendar: str = MAIN) -> None:
        """An id names an entry in whichever calendar of the mailbox it stands."""
        body: Mapping[str, Any] = from_draft(draft)
        if draft.series is not None:
            known = await self._get("events.get", credential, self._entry(entry_id), None)
            body = without_known_times(body, known, draft)
        made = await self._patch(credential, entry_id, body)
        await self._settle_occurrences(credential, entry_id, draft, made, may_reset=True)

    async def _patch(self, credential: Credential, event_id: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._api.call(
            "events.update", credential, "PATCH", self._entry(event_id), body=body, headers=_WRITE
        )

    async def _settle_occurrences(
        self, credential: Credential, entry_id: str, draft: EntryDraft, master: Mapping[str, Any], *, may_reset: bool
    ) -> None:
        """Of a series: its occurrences that are moved or cancelled, or were and are not any more (E6). One that
        somebody deleted comes back with all others, as the series is written anew.
        """
        if draft.series is None:
            return
        body = from_draft(draft)
        found = await self._instances(credential, entry_id, draft.series)
        differs = difference(draft, body, master, found)
        if differs.lost and may_reset:
            await self._patch(credential, entry_id, of_other_length(body))
            made = await self._patch(credential, entry_id, body)
            await self._settle_occurrences(credential, entry_id, draft, made, may_reset=False)
            return
        for change in differs.changes:
            if change.body is None:
                await self.delete(credential, change.event_id)
            else:
                await self._patch(credential, change.event_id, change.body)

    async def find(self, credential: Credential, marker: str, generation: int, *, calendar: str = MAIN) -> str | None:
        found = await self._found(credential, marker, calendar)
        return str(found["id"]) if found is not None else None

    async def _found(self, credential: Credential, marker: str, calendar: str) -> Mapping[str, Any] | None:
        params, url = {"$filter": marker_filter(marker), "$top": "5"}, f"{self._calendar(calendar)}/events"
        answer = await self._api.call("events.find", credential, "GET", url, params=params, headers=_READ)
        live = [event for event in answer.get("value", []) if not event.get("isCancelled")]
        return live[0] if live else None

    async def state(
        self, credential: Credential, entry_id: str, all_day_zone: str, *, calendar: str = MAIN
    ) -> EntryState | None:
        found = await self._shown(credential, entry_id, None)
        return to_state(found, all_day_zone) if found is not None else None

    async def _shown(
        self, credential: Credential, entry_id: str, params: Mapping[str, str] | None
    ) -> Mapping[str, Any] | None:
        """A 410 for one id is a word on the entry, not on a sync state."""
        try:
            return await self._get("events.get", credential, self._entry(entry_id), params)
        except SyncTokenExpired:
            return None
        except ProviderRefused as error:
            if error.missing:
                return None
            raise

    async def series_state(
        self, credential: Credential, entry_id: str, draft: EntryDraft, *, calendar: str = MAIN
    ) -> EntryState | None:
        """Graph tells what was deleted of a series only where it is asked for by name."""
        master = await self._shown(credential, entry_id, {"$select": _OF_A_SERIES})
        state = to_state(master, draft.time_zone) if master is not None else None
        if master is None or state is None or draft.series is None:
            return state
        found = await self._instances(credential, entry_id, draft.series)
        return replace(state, occurrences=occurrence_states(draft, master, found))

    async def _instances(self, credential: Credential, entry_id: str, series: DraftSeries) -> list[Mapping[str, Any]]:
        reach = {**_range(series.reach), "$top": "500"}
        return await self._all("events.instances", credential, f"{self._entry(entry_id)}/instances", reach)

    async def delete(self, credential: Credential, entry_id: str, *, calendar: str = MAIN) -> None:
        try:
            await self._api.call("events.delete", credential, "DELETE", self._entry(entry_id), headers=_WRITE)
        except ProviderRefused as error:
            if not error.missing:
                raise

    def _calendar(self, calendar: str) -> str:
        return f"{self._url}/me" if calendar == MAIN else f"{self._url}/me/calendars/{quote(calendar, safe='')}"

    def _entry(self, entry_id: str) -> str:
        return f"{self._url}/me/events/{quote(entry_id, safe='')}"

    async def watch(
        self, credential: Credential, *, url: str, secret: str, until: datetime, calendar: str = MAIN
    ) -> Watch:
        body = {
            "changeType": "created,updated,deleted",
            "notificationUrl": url,
            "lifecycleNotificationUrl": url,
            "resource": "me/events" if calendar == MAIN else f"me/calendars/{calendar}/events",
            "expirationDateTime": _graph_time(until),
            "clientState": secret,
        }
        made = await self._api.call(
            "subscriptions.create", credential, "POST", f"{self._url}/subscriptions", body=body, headers=_WRITE
        )
        return Watch(str(made["id"]), "", _expiry(made, until))

    async def renew_watch(
        self, credential: Credential, watch: Watch, *, url: str, secret: str, until: datetime, calendar: str = MAIN
    ) -> Watch:
        """A subscription that is gone is made anew."""
        try:
            made = await self._api.call(
                "subscriptions.update",
                credential,
                "PATCH",
                self._subscription(watch),
                body={"expirationDateTime": _graph_time(until)},
            )
        except ProviderRefused as error:
            if not error.missing:
                raise
            return await self.watch(credential, url=url, secret=secret, until=until, calendar=calendar)
        return Watch(watch.watch_id, "", _expiry(made, until))

    async def unwatch(self, credential: Credential, watch: Watch) -> None:
        try:
            await self._api.call("subscriptions.delete", credential, "DELETE", self._subscription(watch))
        except ProviderRefused as error:
            if not error.missing:
                raise

    def _subscription(self, watch: Watch) -> str:
        return f"{self._url}/subscriptions/{quote(watch.watch_id, safe='')}"


def _range(window: Window) -> dict[str, str]:
    return {"startDateTime": _graph_time(window.start_at), "endDateTime": _graph_time(window.end_at)}


def _graph_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _expiry(made: Mapping[str, Any], asked: datetime) -> datetime:
    text = made.get("expirationDateTime")
    return wall_clock(str(text).replace("Z", "+00:00"), _UTC) if text else asked

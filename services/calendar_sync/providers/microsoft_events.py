"""One event of ours at Graph, or one series with its occurrences: made once, changed, found and asked about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.calendars import MAIN
from services.calendar_sync.model.entries import EntryDraft, Written, provider_key
from services.calendar_sync.model.series import DraftSeries
from services.calendar_sync.providers.calls import ProviderApi
from services.calendar_sync.providers.microsoft_errors import TransactionUsed
from services.calendar_sync.providers.microsoft_mapping import from_draft, marker_filter, new_entry, to_state
from services.calendar_sync.providers.microsoft_series import (
    difference,
    occurrence_states,
    of_other_length,
    without_known_times,
)
from services.calendar_sync.providers.protocol import Credential
from shared.drift import EntryState
from shared.providers import ProviderRefused, ProviderUnavailable, SyncTokenExpired

_IMMUTABLE = 'IdType="ImmutableId"'
_READ = {"Prefer": f'{_IMMUTABLE}, outlook.timezone="UTC", outlook.body-content-type="text", odata.maxpagesize=500'}
WRITE = {"Prefer": _IMMUTABLE}
_OF_A_SERIES = (
    "id,subject,body,start,end,isAllDay,isCancelled,type,originalStartTimeZone,originalEndTimeZone,recurrence,"
    "cancelledOccurrences"
)


class GraphEvents:
    """A ``transactionId`` guards creates, and our own property is looked for before repeats (G10)."""

    def __init__(self, api: ProviderApi, url: str) -> None:
        self._api = api
        self._url = url

    async def get(
        self, operation: str, credential: Credential, url: str, params: Mapping[str, str] | None
    ) -> dict[str, Any]:
        if not url.startswith(self._url + "/"):
            raise ProviderUnavailable("a link that leads elsewhere")
        return await self._api.call(operation, credential, "GET", url, params=params, headers=_READ)

    async def all(
        self, operation: str, credential: Credential, url: str, params: Mapping[str, str]
    ) -> list[Mapping[str, Any]]:
        """Every page."""
        found: list[Mapping[str, Any]] = []
        while True:
            answer = await self.get(operation, credential, url, params)
            found += answer.get("value", [])
            if not (next_link := answer.get("@odata.nextLink")):
                return found
            url, params = str(next_link), {}

    async def create(
        self, credential: Credential, draft: EntryDraft, generation: int, *, look: bool, calendar: str
    ) -> Written:
        """After an attempt of unknown outcome our property is looked for: the provider may forget transactions."""
        if look and (found := await self._found(credential, draft.marker, calendar)) is not None:
            return await self._adopt(credential, draft, generation, found)
        try:
            made = await self._api.call(
                "events.create",
                credential,
                "POST",
                f"{self.calendar(calendar)}/events",
                body=new_entry(draft, provider_key(draft.marker, generation)),
                headers=WRITE,
            )
        except TransactionUsed:
            found = await self._found(credential, draft.marker, calendar)
            if found is None:
                return await self.create(credential, draft, generation + 1, look=False, calendar=calendar)
            return await self._adopt(credential, draft, generation, found)
        await self._settle_occurrences(credential, str(made["id"]), draft, made, may_reset=True)
        return _named(made, generation)

    async def _adopt(
        self, credential: Credential, draft: EntryDraft, generation: int, found: Mapping[str, Any]
    ) -> Written:
        await self.update(credential, str(found["id"]), draft)
        return _named(found, generation)

    async def update(self, credential: Credential, entry_id: str, draft: EntryDraft) -> None:
        """An id names an entry in whichever calendar of the mailbox it stands."""
        body: Mapping[str, Any] = from_draft(draft)
        if draft.series is not None:
            known = await self.get("events.get", credential, self._entry(entry_id), None)
            body = without_known_times(body, known, draft)
        made = await self._patch(credential, entry_id, body)
        await self._settle_occurrences(credential, entry_id, draft, made, may_reset=True)

    async def _patch(self, credential: Credential, event_id: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._api.call(
            "events.update", credential, "PATCH", self._entry(event_id), body=body, headers=WRITE
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

    async def find(self, credential: Credential, marker: str, generation: int, calendar: str) -> Written | None:
        found = await self._found(credential, marker, calendar)
        return _named(found, generation) if found is not None else None

    async def _found(self, credential: Credential, marker: str, calendar: str) -> Mapping[str, Any] | None:
        params, url = {"$filter": marker_filter(marker), "$top": "5"}, f"{self.calendar(calendar)}/events"
        answer = await self._api.call("events.find", credential, "GET", url, params=params, headers=_READ)
        live = [event for event in answer.get("value", []) if not event.get("isCancelled")]
        return live[0] if live else None

    async def state(self, credential: Credential, entry_id: str, all_day_zone: str) -> EntryState | None:
        found = await self._shown(credential, entry_id, None)
        return to_state(found, all_day_zone) if found is not None else None

    async def series_state(self, credential: Credential, entry_id: str, draft: EntryDraft) -> EntryState | None:
        """Graph tells what was deleted of a series only where it is asked for by name."""
        master = await self._shown(credential, entry_id, {"$select": _OF_A_SERIES})
        state = to_state(master, draft.time_zone) if master is not None else None
        if master is None or state is None or draft.series is None:
            return state
        found = await self._instances(credential, entry_id, draft.series)
        return replace(state, occurrences=occurrence_states(draft, master, found))

    async def _shown(
        self, credential: Credential, entry_id: str, params: Mapping[str, str] | None
    ) -> Mapping[str, Any] | None:
        """A 410 for one id is a word on the entry, not on a sync state."""
        try:
            return await self.get("events.get", credential, self._entry(entry_id), params)
        except SyncTokenExpired:
            return None
        except ProviderRefused as error:
            if error.missing:
                return None
            raise

    async def _instances(self, credential: Credential, entry_id: str, series: DraftSeries) -> list[Mapping[str, Any]]:
        reach = {**window_range(series.reach), "$top": "500"}
        return await self.all("events.instances", credential, f"{self._entry(entry_id)}/instances", reach)

    async def delete(self, credential: Credential, entry_id: str) -> None:
        try:
            await self._api.call("events.delete", credential, "DELETE", self._entry(entry_id), headers=WRITE)
        except ProviderRefused as error:
            if not error.missing:
                raise

    def calendar(self, calendar: str) -> str:
        return f"{self._url}/me" if calendar == MAIN else f"{self._url}/me/calendars/{quote(calendar, safe='')}"

    def _entry(self, entry_id: str) -> str:
        return f"{self._url}/me/events/{quote(entry_id, safe='')}"


def window_range(window: Window) -> dict[str, str]:
    return {"startDateTime": graph_time(window.start_at), "endDateTime": graph_time(window.end_at)}


def graph_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _named(event: Mapping[str, Any], generation: int) -> Written:
    return Written(str(event["id"]), str(event.get("iCalUId") or ""), generation)

"""Microsoft Graph calendars. An entry is one event, one series, or several where one pattern does not do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from services.calendar_sync.model.busy import BusyEntry, Window
from services.calendar_sync.model.calendars import MAIN, ListedCalendar
from services.calendar_sync.model.entries import EntryDraft, Part, Written, part_marker
from services.calendar_sync.providers.calls import ProviderApi
from services.calendar_sync.providers.microsoft_errors import error_of
from services.calendar_sync.providers.microsoft_events import WRITE, GraphEvents, graph_time, window_range
from services.calendar_sync.providers.microsoft_mapping import owner_of, to_busy, to_listed
from services.calendar_sync.providers.microsoft_parts import parts_of, state_of_all
from services.calendar_sync.providers.microsoft_reading import reading_of
from services.calendar_sync.providers.protocol import Credential, Reading, Watch
from services.calendar_sync.providers.zones import wall_clock
from shared.drift import EntryState
from shared.oauth import OAuthApp
from shared.providers import ProviderRefused, ProviderUnavailable

SCOPES = ("offline_access", "User.Read", "Calendars.ReadWrite")
_NEEDED = ("User.Read", "Calendars.ReadWrite")
_APPROVAL = ("AADSTS65001", "AADSTS90094")
_UTC = ZoneInfo("UTC")


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
        self._events = GraphEvents(self._api, self._url)
        self.description_limit = description_limit

    async def addresses(self, credential: Credential) -> Sequence[str]:
        me = await self._api.call("me.get", credential, "GET", f"{self._url}/me")
        return [str(address) for address in (me.get("mail"), me.get("userPrincipalName")) if address]

    async def calendars(self, credential: Credential) -> Sequence[ListedCalendar]:
        """Those of the account's own mailbox: others' need a scope that staff are not asked for."""
        own = {address.casefold() for address in await self.addresses(credential)}
        listed = await self._events.all("calendars.list", credential, f"{self._url}/me/calendars", {"$top": "100"})
        found = [to_listed(one) for one in listed if owner_of(one) in own]
        return sorted(found, key=lambda one: one.calendar_id != MAIN)

    async def read_all(
        self, credential: Credential, window: Window, all_day_zone: str, *, calendar: str = MAIN
    ) -> Reading:
        first = f"{self._events.calendar(calendar)}/calendarView/delta"
        return await self._delta("calendarview.delta", credential, first, window_range(window), all_day_zone)

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
            answer = await self._events.get(operation, credential, url, params)
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
        url, params = f"{self._events.calendar(calendar)}/calendarView", {**window_range(window), "$top": "500"}
        events = await self._events.all("calendarview.look", credential, url, params)
        return [busy for event in events if (busy := to_busy(event, all_day_zone))]

    async def create(
        self, credential: Credential, draft: EntryDraft, generation: int, *, look: bool, calendar: str = MAIN
    ) -> Written:
        """Parts beside the first may stand from before, whatever became of that: they are always looked for."""
        first, *others = parts_of(draft)
        made = await self._events.create(credential, first, generation, look=look, calendar=calendar)
        more = [await self._other(credential, one, generation, calendar) for one in others]
        if draft.series is not None and (look or generation):
            known = await self._further(credential, draft.marker, generation, len(others) + 1, calendar)
            await self._drop(credential, known)
        return replace(made, others=more)

    async def _other(self, credential: Credential, part: EntryDraft, generation: int, calendar: str) -> Part:
        made = await self._events.create(credential, part, generation, look=True, calendar=calendar)
        return Part(made.entry_id, made.ical_uid)

    async def _further(
        self, credential: Credential, marker: str, generation: int, number: int, calendar: str
    ) -> list[Part]:
        """What there is from this part on."""
        found: list[Part] = []
        while one := await self._events.find(
            credential, part_marker(marker, number + len(found)), generation, calendar
        ):
            found.append(Part(one.entry_id, one.ical_uid))
        return found

    async def _drop(self, credential: Credential, parts: Sequence[Part]) -> None:
        for one in parts:
            await self._events.delete(credential, one.entry_id)

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
        first, *further = parts_of(draft)
        await self._events.update(credential, entry_id, first)
        standing: list[Part] = []
        for part, known in zip_longest(further, others[: len(further)]):
            standing.append(known or await self._other(credential, part, 0, calendar))
            if known is None:
                continue
            try:
                await self._events.update(credential, known.entry_id, part)
            except ProviderRefused as error:
                if not error.missing or not replace_missing:
                    raise
                standing[-1] = await self._other(credential, part, 0, calendar)
        await self._drop(credential, others[len(further) :])
        return standing

    async def find(
        self, credential: Credential, marker: str, generation: int, *, calendar: str = MAIN
    ) -> Written | None:
        first = await self._events.find(credential, marker, generation, calendar)
        others = await self._further(credential, marker, generation, 1, calendar)
        if first is None and others:
            return Written(*others[0], generation, others[1:])
        return replace(first, others=others) if first is not None else None

    async def state(
        self, credential: Credential, entry_id: str, all_day_zone: str, *, calendar: str = MAIN
    ) -> EntryState | None:
        return await self._events.state(credential, entry_id, all_day_zone)

    async def series_state(
        self,
        credential: Credential,
        entry_id: str,
        draft: EntryDraft,
        *,
        others: Sequence[Part] = (),
        calendar: str = MAIN,
    ) -> EntryState | None:
        parts = parts_of(draft)
        if len(parts) == 1:
            return await self._events.series_state(credential, entry_id, parts[0])
        names = [entry_id, *(one.entry_id for one in others)]
        found = [await self._events.series_state(credential, *one) for one in zip(names, parts, strict=False)]
        return state_of_all(draft, parts, found)

    async def delete(self, credential: Credential, entry_id: str, *, calendar: str = MAIN) -> None:
        await self._events.delete(credential, entry_id)

    async def watch(
        self, credential: Credential, *, url: str, secret: str, until: datetime, calendar: str = MAIN
    ) -> Watch:
        body = {
            "changeType": "created,updated,deleted",
            "notificationUrl": url,
            "lifecycleNotificationUrl": url,
            "resource": "me/events" if calendar == MAIN else f"me/calendars/{calendar}/events",
            "expirationDateTime": graph_time(until),
            "clientState": secret,
        }
        made = await self._api.call(
            "subscriptions.create", credential, "POST", f"{self._url}/subscriptions", body=body, headers=WRITE
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
                body={"expirationDateTime": graph_time(until)},
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


def _expiry(made: Mapping[str, Any], asked: datetime) -> datetime:
    text = made.get("expirationDateTime")
    return wall_clock(str(text).replace("Z", "+00:00"), _UTC) if text else asked

"""Times that could be proposed to these attendees, from what is known of them: no provider is asked (G25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.booking.model.claims import resources
from services.booking.model.free_time import CalendarState
from services.booking.model.modes import modes_of
from services.booking.model.spans import Span
from services.booking.model.suggestions import HORIZON, Wish, suggested
from services.booking.problems import UNKNOWN_STAFF, invalid
from services.booking.store.people import PeopleStore
from services.booking.usecases.availability import Availability
from services.booking.usecases.drafting import organization_of
from shared import clock
from shared.contracts.booking import Kind
from shared.internal import Caller
from shared.public_holidays import public_holidays


@dataclass(frozen=True)
class Suggestions:
    """``unreadable`` names whose calendar keeps times from being suggested (G3)."""

    spans: Sequence[Span]
    unreadable: Sequence[str]
    time_zone: str


class SuggestSlots:
    """Raises 422 for staff that the organization does not have."""

    def __init__(self, people: PeopleStore, availability: Availability, *, stale_after: timedelta) -> None:
        self._people = people
        self._availability = availability
        self._stale_after = stale_after

    async def __call__(
        self, caller: Caller, staff_ids: Sequence[str], kind: Kind, from_at: datetime | None, wanted: tuple[int, int]
    ) -> Suggestions:
        """``wanted`` are minutes and count; the first of ``staff_ids`` organizes, whose Zoom a web meeting needs."""
        now = clock.now()
        minutes, count = wanted
        wish = Wish(max(from_at or now, now + timedelta.resolution), timedelta(minutes=minutes), count)
        organization = await organization_of(self._people, caller.organization_id)
        known = await self._people.staff_of(caller.organization_id, staff_ids)
        if any(staff_id not in known for staff_id in staff_ids):
            raise invalid(caller.language, ("?staff_ids", UNKNOWN_STAFF))
        zoom = known[staff_ids[0]].zoom_user_id if modes_of(kind).web_meeting else None
        reach = Span(wish.from_at, wish.from_at + HORIZON + timedelta(days=1))
        evidence = await self._availability.evidence(
            caller.organization_id, staff_ids, [reach], resources(staff_ids, None, zoom)
        )
        hosts = evidence.hosts(now, self._stale_after)
        unreadable = [host.staff_id for host in hosts if host.state is CalendarState.UNKNOWN]
        zone = ZoneInfo(organization.time_zone)
        first, last = (at.astimezone(zone).date() for at in (reach.start_at, reach.end_at))
        days_off = public_holidays(organization.time_zone, first, last)
        spans = suggested(wish, hosts, evidence.claims, zone, days_off)
        return Suggestions(spans, unreadable, organization.time_zone)

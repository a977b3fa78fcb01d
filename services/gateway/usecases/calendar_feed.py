"""A staff member's appointments for a calendar that subscribes to them (X8): the secret address, and what it shows."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.gateway.model import Organization, Staff
from services.gateway.providers.backends import Backends
from services.gateway.store.feeds import Feed, FeedStore
from services.gateway.store.organizations import OrganizationStore
from services.gateway.store.staff import StaffStore
from shared.contracts.api.appointments import AppointmentList, AppointmentStatus, AppointmentView
from shared.contracts.api.occurrences import OccurrenceList
from shared.internal import Caller
from shared.problem import NotFound

log = structlog.get_logger(__name__)
BEHIND, AHEAD = timedelta(days=31), timedelta(days=366)
"""The window that rolls on."""
_PAGE, _PAGES = 200, 10
_AT_ONCE = 8


@dataclass(frozen=True)
class Owner:
    """Whose feed it is."""

    staff: Staff
    organization: Organization


class CalendarFeeds:
    """An address is as good as the token in it, and rests while its owner is disabled."""

    def __init__(
        self, feeds: FeedStore, staff: StaffStore, organizations: OrganizationStore, backends: Backends, public_url: str
    ) -> None:
        self._feeds = feeds
        self._staff = staff
        self._organizations = organizations
        self._backends = backends
        self._public_url = public_url.rstrip("/")

    async def make(self, staff: Staff) -> tuple[Feed, str]:
        """The address is told this once; the one before ends."""
        token = secrets.token_urlsafe(24)
        feed = await self._feeds.make(staff.id, token)
        log.info("calendar_feed.made", staff_id=staff.id)
        return feed, f"{self._public_url}/ical/{token}.ics"

    async def of(self, staff: Staff) -> Feed | None:
        return await self._feeds.of(staff.id)

    async def end(self, staff: Staff) -> None:
        await self._feeds.end(staff.id)
        log.info("calendar_feed.ended", staff_id=staff.id)

    async def owner(self, token: str) -> Owner:
        """Raises ``NotFound``: unknown, replaced, ended, of somebody disabled."""
        feed = await self._feeds.find(token)
        staff = await self._staff.find(feed.staff_id) if feed else None
        if feed is None or staff is None or staff.disabled:
            raise NotFound()
        organization = await self._organizations.find(staff.organization_id)
        if organization is None:
            raise NotFound()
        await self._feeds.read(feed)
        return Owner(staff, organization)

    async def appointments(self, owner: Owner, now: datetime, request_id: str) -> list[AppointmentView]:
        """Confirmed and cancelled ones within the window in which the owner takes part, series with all occurrences
        that were changed. Raises ``BackendProblem``.
        """
        staff = owner.staff
        caller = Caller(owner.organization.id, staff.id, staff.role.value, staff.locale.value, request_id)
        asked = {
            "from": (now - BEHIND).isoformat(),
            "to": (now + AHEAD).isoformat(),
            "staff_id": staff.id,
            "limit": str(_PAGE),
        }
        found: dict[str, AppointmentView] = {}
        for _ in range(_PAGES):
            page = (await self._backends.booking.appointments(caller, asked)).read(AppointmentList)
            found |= {one.id: one for one in page.items}
            if page.next_cursor is None:
                break
            asked["cursor"] = page.next_cursor
        else:
            log.warning("calendar_feed.cut", staff_id=staff.id, appointments=len(found))
        turns = asyncio.Semaphore(_AT_ONCE)
        settled = [one for one in found.values() if one.status is not AppointmentStatus.REQUESTED]
        return list(await asyncio.gather(*(self._whole(one, caller, turns) for one in settled)))

    async def _whole(self, one: AppointmentView, caller: Caller, turns: asyncio.Semaphore) -> AppointmentView:
        """Lists tell of a series only what lies between two times; a rule needs all its exceptions."""
        if not one.rrule or one.status is not AppointmentStatus.CONFIRMED:
            return one.model_copy(update={"occurrences": []})
        async with turns:
            reply = await self._backends.booking.occurrences(caller, one.id)
        return one.model_copy(update={"occurrences": reply.read(OccurrenceList).items})

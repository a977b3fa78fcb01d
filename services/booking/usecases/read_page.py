"""Pages with the people and menus that they name, read at one moment."""

import asyncio
from collections.abc import Sequence

from services.booking.model.page import Page
from services.booking.model.page_setting import PageSetting
from services.booking.store.menus import MenuStore
from services.booking.store.pages import PageStore
from services.booking.store.people import PeopleStore
from services.booking.usecases.drafting import organization_of
from shared.problem import NotFound


class ReadPages:
    """Archived types and bookables of a page serve on."""

    def __init__(self, pages: PageStore, people: PeopleStore, menus: MenuStore, *, takes_payments: bool) -> None:
        self._takes_payments = takes_payments
        self._pages = pages
        self._people = people
        self._menus = menus

    async def by_slug(self, slug: str) -> PageSetting:
        """Raises ``NotFound``; one that is closed is answered."""
        page = await self._pages.by_slug(slug)
        if page is None:
            raise NotFound()
        return await self.one(page)

    async def one(self, page: Page) -> PageSetting:
        (setting,) = await self.all(page.organization_id, [page])
        return setting

    async def all(self, organization_id: str, pages: Sequence[Page]) -> list[PageSetting]:
        """Of one organization, four reads however many pages."""
        organization, staff, types, bookables = await asyncio.gather(
            organization_of(self._people, organization_id),
            self._people.staff_of(organization_id, sorted({one for page in pages for one in page.host_ids})),
            self._menus.meeting_types.named(
                organization_id, [page.meeting_type_id for page in pages if page.meeting_type_id]
            ),
            self._menus.bookables.named(organization_id, [page.bookable_id for page in pages if page.bookable_id]),
        )
        return [
            PageSetting(
                page,
                organization,
                {one: staff[one] for one in page.host_ids if one in staff},
                types.get(page.meeting_type_id or ""),
                bookables.get(page.bookable_id or ""),
                self._takes_payments,
            )
            for page in pages
        ]

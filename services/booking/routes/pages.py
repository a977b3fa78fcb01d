"""Staff: scheduling pages. All read them, owners and administrators change them (H1, H2)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.booking.model.page import Page
from services.booking.routes.versions import if_match
from services.booking.schemas import fingerprint, parse, read_cursor, read_json
from services.booking.store.pages import PageStore
from services.booking.usecases.keep_pages import KeepPages, check_may_change, may_change
from services.booking.usecases.links import Links
from services.booking.usecases.overtaken import again_if_overtaken
from services.booking.usecases.read_page import ReadPages
from services.booking.views.pages import page_view
from shared.contracts.api.pages import PageCreate, PageList, PagePatch, PageView
from shared.cursors import cursor_of
from shared.internal import Caller, Guard, caller
from shared.problem import NotFound
from shared.versions import check_version

Who = Annotated[Caller, Depends(caller)]
Expected = Annotated[str | None, Depends(if_match)]


class PageRoutes:
    """``/internal/pages``."""

    def __init__(self, guard: Guard, pages: PageStore, read: ReadPages, keep: KeepPages, links: Links) -> None:
        self._guard = guard
        self._pages = pages
        self._read = read
        self._keep = keep
        self._links = links

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/internal/pages", dependencies=[Depends(self._guard)])
        add = router.add_api_route
        add("", self.list_pages, methods=["GET"])
        add("", self.make, methods=["POST"], status_code=201)
        add("/{page_id}", self.show, methods=["GET"])
        add("/{page_id}", self.change, methods=["PATCH"])
        add("/{page_id}", self.delete, methods=["DELETE"])
        add("/{page_id}/copy", self.copy, methods=["POST"], status_code=201)
        return router

    async def list_pages(
        self,
        who: Who,
        q: Annotated[str, Query(max_length=200)] = "",
        owner_id: Annotated[str, Query(max_length=100)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> PageList:
        after = read_cursor(cursor, 1, who.language)
        found = await self._pages.newest(
            who.organization_id, words=q, owner_id=owner_id, before_id=after[0] if after else None, limit=limit + 1
        )
        page = found[:limit]
        more = cursor_of(page[-1].page_id) if len(found) > limit else None
        return PageList(items=await self._views(page, who), next_cursor=more)

    async def make(self, request: Request, who: Who) -> PageView:
        given = read_json(await request.body())
        return await self._view(await self._keep.make(parse(PageCreate, given), who, fingerprint(given)), who)

    async def show(self, page_id: str, who: Who) -> PageView:
        return await self._view(await self._find(page_id, who), who)

    async def change(self, page_id: str, request: Request, who: Who, expected: Expected) -> PageView:
        body = await request.body()

        async def change(before: Page) -> Page:
            return await self._keep.change(before, parse(PagePatch, read_json(body)), who)

        return await self._view(await self._write(page_id, who, expected, change), who)

    async def delete(self, page_id: str, who: Who, expected: Expected) -> PageView:
        async def change(before: Page) -> Page:
            return await self._keep.delete(before)

        return await self._view(await self._write(page_id, who, expected, change), who)

    async def copy(self, page_id: str, who: Who) -> PageView:
        original = await self._find(page_id, who)
        copied = await self._keep.copy(original, who, fingerprint({"copy_of": page_id}))
        return await self._view(copied, who)

    async def _find(self, page_id: str, who: Caller) -> Page:
        page = await self._pages.find(who.organization_id, page_id)
        if page is None:
            raise NotFound()
        return page

    async def _write(
        self, page_id: str, who: Caller, expected: str | None, change: Callable[[Page], Awaitable[Page]]
    ) -> Page:
        async def checked(before: Page) -> Page:
            check_may_change(before, who)
            check_version(before.version, expected)
            return await change(before)

        return await again_if_overtaken(lambda: self._find(page_id, who), checked)

    async def _view(self, page: Page, who: Caller) -> PageView:
        (view,) = await self._views([page], who)
        return view

    async def _views(self, pages: list[Page], who: Caller) -> list[PageView]:
        settings = await self._read.all(who.organization_id, pages)
        return [
            page_view(one, self._links.page_url(one.page.slug), can_change=may_change(one.page, who))
            for one in settings
        ]

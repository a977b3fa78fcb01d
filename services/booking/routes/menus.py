"""Staff: meeting types and bookables. All read them, administrators change them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Generic, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from services.booking.model.menus import Bookable, MeetingType, MenuItem
from services.booking.problems import MALFORMED, invalid
from services.booking.routes.versions import if_match
from services.booking.schemas import fingerprint, parse, read_cursor, read_json
from services.booking.store.menus import MenuList, MenuStore
from services.booking.usecases.follow_replaced_users import FollowReplacedUsers
from services.booking.usecases.keep_menus import KeepBookables, KeepMeetingTypes
from services.booking.usecases.overtaken import again_if_overtaken
from services.booking.views.menus import bookable_view, meeting_type_view
from shared.contracts.api.menus import (
    BookableCreate,
    BookableList,
    BookablePatch,
    BookableView,
    MeetingTypeCreate,
    MeetingTypeList,
    MeetingTypePatch,
    MeetingTypeView,
)
from shared.cursors import cursor_of
from shared.internal import Caller, Guard, caller, check_admin
from shared.problem import NotFound
from shared.versions import check_version

Who = Annotated[Caller, Depends(caller)]
Expected = Annotated[str | None, Depends(if_match)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]
ItemT = TypeVar("ItemT", bound=MenuItem)


class _Lists(Generic[ItemT]):
    """Reading pages of one list, and writes of one item."""

    def __init__(self, items: MenuList[ItemT]) -> None:
        self._items = items

    async def page(self, who: Caller, archived: bool, limit: int, cursor: str | None) -> tuple[list[ItemT], str | None]:
        after = _read_place(cursor, who)
        found = await self._items.in_order(who.organization_id, archived=archived, after=after, limit=limit + 1)
        page = found[:limit]
        more = cursor_of(repr(page[-1].position), page[-1].id) if len(found) > limit else None
        return page, more

    async def find(self, item_id: str, who: Caller) -> ItemT:
        found = await self._items.find(who.organization_id, item_id)
        if found is None:
            raise NotFound()
        return found

    async def write(
        self, item_id: str, who: Caller, expected: str | None, change: Callable[[ItemT], Awaitable[ItemT]]
    ) -> ItemT:
        check_admin(who)

        async def checked(before: ItemT) -> ItemT:
            check_version(before.version, expected)
            return await change(before)

        return await again_if_overtaken(lambda: self.find(item_id, who), checked)


class MenuRoutes:
    """``/internal/meeting-types`` and ``/internal/bookables``."""

    def __init__(
        self,
        guard: Guard,
        menus: MenuStore,
        keep_types: KeepMeetingTypes,
        keep_bookables: KeepBookables,
        follow: FollowReplacedUsers,
    ) -> None:
        self._guard = guard
        self._follow = follow
        self._types = _Lists(menus.meeting_types)
        self._bookables = _Lists(menus.bookables)
        self._keep_types = keep_types
        self._keep_bookables = keep_bookables

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/internal", dependencies=[Depends(self._guard)])
        add = router.add_api_route
        add("/meeting-types", self.list_types, methods=["GET"])
        add("/meeting-types", self.make_type, methods=["POST"], status_code=201)
        add("/meeting-types/{item_id}", self.show_type, methods=["GET"])
        add("/meeting-types/{item_id}", self.change_type, methods=["PATCH"])
        add("/meeting-types/{item_id}", self.delete_type, methods=["DELETE"])
        add("/bookables", self.list_bookables, methods=["GET"])
        add("/bookables", self.make_bookable, methods=["POST"], status_code=201)
        add("/bookables/{item_id}", self.show_bookable, methods=["GET"])
        add("/bookables/{item_id}", self.change_bookable, methods=["PATCH"])
        add("/bookables/{item_id}", self.delete_bookable, methods=["DELETE"])
        return router

    async def list_types(
        self, who: Who, archived: bool = False, limit: Limit = 50, cursor: Cursor = None
    ) -> MeetingTypeList:
        page, more = await self._types.page(who, archived, limit, cursor)
        return MeetingTypeList(items=[meeting_type_view(item) for item in page], next_cursor=more)

    async def make_type(self, request: Request, who: Who) -> MeetingTypeView:
        check_admin(who)
        given = read_json(await request.body())
        made = await self._keep_types.make(parse(MeetingTypeCreate, given), who, fingerprint(given))
        return meeting_type_view(made)

    async def show_type(self, item_id: str, who: Who) -> MeetingTypeView:
        return meeting_type_view(await self._types.find(item_id, who))

    async def change_type(self, item_id: str, request: Request, who: Who, expected: Expected) -> MeetingTypeView:
        body = await request.body()

        async def change(before: MeetingType) -> MeetingType:
            return await self._keep_types.change(before, _read(MeetingTypePatch, body), who)

        return meeting_type_view(await self._types.write(item_id, who, expected, change))

    async def delete_type(self, item_id: str, who: Who, expected: Expected) -> MeetingTypeView:
        async def change(before: MeetingType) -> MeetingType:
            return await self._keep_types.delete(before)

        return meeting_type_view(await self._types.write(item_id, who, expected, change))

    async def list_bookables(
        self, who: Who, archived: bool = False, limit: Limit = 50, cursor: Cursor = None
    ) -> BookableList:
        page, more = await self._bookables.page(who, archived, limit, cursor)
        return BookableList(items=[bookable_view(item) for item in page], next_cursor=more)

    async def make_bookable(self, request: Request, who: Who) -> BookableView:
        check_admin(who)
        given = read_json(await request.body())
        made = await self._keep_bookables.make(parse(BookableCreate, given), who, fingerprint(given))
        return bookable_view(await self._followed(made.id, who))

    async def show_bookable(self, item_id: str, who: Who) -> BookableView:
        return bookable_view(await self._bookables.find(item_id, who))

    async def change_bookable(self, item_id: str, request: Request, who: Who, expected: Expected) -> BookableView:
        """Answered when its coming meetings have followed: a repeat goes on with what a crash left."""
        body = await request.body()

        async def change(before: Bookable) -> Bookable:
            return await self._keep_bookables.change(before, _read(BookablePatch, body), who)

        await self._bookables.write(item_id, who, expected, change)
        return bookable_view(await self._followed(item_id, who))

    async def _followed(self, item_id: str, who: Caller) -> Bookable:
        cause = who.cause()
        return await self._follow.of_bookable(who.organization_id, item_id, cause)

    async def delete_bookable(self, item_id: str, who: Who, expected: Expected) -> BookableView:
        async def change(before: Bookable) -> Bookable:
            return await self._keep_bookables.delete(before)

        return bookable_view(await self._bookables.write(item_id, who, expected, change))


ModelT = TypeVar("ModelT", bound=BaseModel)


def _read(model: type[ModelT], body: bytes) -> ModelT:
    return parse(model, read_json(body))


def _read_place(cursor: str | None, who: Caller) -> tuple[float, str] | None:
    parts = read_cursor(cursor, 2, who.language)
    if parts is None:
        return None
    try:
        return float(parts[0]), parts[1]
    except ValueError as error:
        raise invalid(who.language, ("?cursor", MALFORMED)) from error

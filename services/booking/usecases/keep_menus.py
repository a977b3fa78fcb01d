"""Administrators make, change, order, archive and delete meeting types and bookables. What was used is archived instead
of deleted; appointments keep what they were made with.
"""

import unicodedata
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from services.booking.model.menus import Bookable, MeetingType, MenuItem
from services.booking.problems import (
    NAME_TAKEN,
    NOTHING_BEFORE,
    PLACE_OF_ANOTHER,
    UNKNOWN_STAFF,
    UNKNOWN_TYPE,
    CapacityMustBeOne,
    Words,
    invalid,
    unknown_room_at,
)
from services.booking.store.bookings import AlreadyMade, BookingStore
from services.booking.store.menus import MenuList, MenuStore
from services.booking.store.pages import PageStore
from services.booking.store.people import PeopleStore
from services.booking.store.rooms import RoomStore
from services.booking.usecases.origins import check_repeated, origin_of
from shared import clock
from shared.contracts.api.menus import (
    BookableCreate,
    BookablePatch,
    Location,
    MeetingTypeCreate,
    MeetingTypePatch,
)
from shared.ids import new_id
from shared.internal import Caller
from shared.problem import Language

ItemT = TypeVar("ItemT", bound=MenuItem)


class KeepItems(Generic[ItemT]):
    """What both lists have in common."""

    def __init__(self, items: MenuList[ItemT], is_used: Callable[[ItemT], Awaitable[bool]]) -> None:
        self._items = items
        self._is_used = is_used

    async def made(self, item: ItemT, caller: Caller, fingerprint: str) -> ItemT:
        """Put at the end; the same request under the same Idempotency-Key makes one (G8)."""
        origin = origin_of(caller, fingerprint)
        if origin is not None and (made := await self._items.made_by(origin.key)) is not None:
            check_repeated(origin, made.origin)
            return made
        item = item.model_copy(update={"origin": origin})
        await self._check_name(item, caller.language)
        try:
            await self._items.add(item)
        except AlreadyMade:
            return await self.made(item, caller, fingerprint)
        return item

    async def end_position(self, organization_id: str) -> float:
        return await self._items.position_at_end(organization_id)

    async def saved(self, before: ItemT, after: ItemT, patch: MeetingTypePatch | BookablePatch, who: Caller) -> ItemT:
        """With its new place in the order, where one was asked for. Raises ``StaleVersion``."""
        if "after" in patch.model_fields_set:
            after = after.model_copy(update={"position": await self._position(before, patch.after, who.language)})
        if after.name != before.name or (before.archived and not after.archived):
            await self._check_name(after, who.language)
        if after != before:
            await self._items.save(before, after)
        return after

    async def delete(self, before: ItemT) -> ItemT:
        """Raises ``StaleVersion``. Answers it as archived, whether it stays or not."""
        after = before.changed({"archived": True}, clock.now())
        if await self._is_used(before):
            if after != before:
                await self._items.save(before, after)
        else:
            await self._items.remove(before)
        return after

    async def _check_name(self, item: ItemT, language: Language) -> None:
        """People choose by name, so that no two in use look alike; what stood before may go on standing."""
        if not item.archived and _folded(item.name) in map(_folded, await self._items.other_names(item)):
            raise invalid(language, ("/name", NAME_TAKEN))

    async def _position(self, item: ItemT, after: str | None, language: Language) -> float:
        other = None
        if after is not None:
            other = await self._items.find(item.organization_id, after)
            if other is None or other.id == item.id:
                raise invalid(language, ("/after", NOTHING_BEFORE))
        return await self._items.position_behind(item, other)


class KeepMeetingTypes:
    """C5, C7."""

    def __init__(self, menus: MenuStore, bookings: BookingStore, pages: PageStore) -> None:
        self._menus = menus
        self._pages = pages
        self._bookings = bookings
        self._keep = KeepItems(menus.meeting_types, self._is_used)

    async def make(self, wanted: MeetingTypeCreate, caller: Caller, fingerprint: str) -> MeetingType:
        now = clock.now()
        made = MeetingType(
            id=new_id("mtp"),
            organization_id=caller.organization_id,
            name=wanted.name,
            location=wanted.location,
            place=wanted.place,
            duration_minutes=wanted.duration_minutes,
            reveal=wanted.reveal.as_contract(),
            color=wanted.color,
            position=await self._keep.end_position(caller.organization_id),
            created_at=now,
            updated_at=now,
        )
        _check_place(made, caller.language)
        return await self._keep.made(made, caller, fingerprint)

    async def change(self, before: MeetingType, patch: MeetingTypePatch, caller: Caller) -> MeetingType:
        """A type that takes place elsewhere from now on loses its URL or text, unless one came along."""
        given = _given(patch, "name", "location", "place", "duration_minutes", "color", "archived")
        if patch.reveal is not None:
            given["reveal"] = patch.reveal.as_contract()
        if patch.location not in (None, Location.LINK) and patch.place is None:
            given["place"] = ""
        after = before.changed(given, clock.now())
        _check_place(after, caller.language)
        return await self._keep.saved(before, after, patch, caller)

    async def delete(self, before: MeetingType) -> MeetingType:
        return await self._keep.delete(before)

    async def _is_used(self, item: MeetingType) -> bool:
        return (
            await self._bookings.has_type(item.organization_id, item.id)
            or await self._menus.is_offered(item)
            or await self._pages.uses(item.organization_id, meeting_type_id=item.id)
        )


class KeepBookables:
    """C2, C3, C10."""

    def __init__(
        self, menus: MenuStore, bookings: BookingStore, people: PeopleStore, rooms: RoomStore, pages: PageStore
    ) -> None:
        self._menus = menus
        self._pages = pages
        self._bookings = bookings
        self._people = people
        self._rooms = rooms
        self._keep = KeepItems(menus.bookables, self._is_used)

    async def make(self, wanted: BookableCreate, caller: Caller, fingerprint: str) -> Bookable:
        now = clock.now()
        made = Bookable(
            id=new_id("bkb"),
            organization_id=caller.organization_id,
            position=await self._keep.end_position(caller.organization_id),
            created_at=now,
            updated_at=now,
            **wanted.model_dump(),
        )
        return await self._keep.made(await self._checked(None, made, caller), caller, fingerprint)

    async def change(self, before: Bookable, patch: BookablePatch, caller: Caller) -> Bookable:
        given = _given(patch, "name", "type", "capacity", "meeting_type_ids", "archived")
        given |= {name: getattr(patch, name) for name in _MAY_GO & patch.model_fields_set}
        after = before.changed(given, clock.now())
        return await self._keep.saved(before, await self._checked(before, after, caller), patch, caller)

    async def delete(self, before: Bookable) -> Bookable:
        return await self._keep.delete(before)

    async def _is_used(self, item: Bookable) -> bool:
        return await self._bookings.has_booked(item.organization_id, item.id) or await self._pages.uses(
            item.organization_id, bookable_id=item.id
        )

    async def _checked(self, before: Bookable | None, after: Bookable, caller: Caller) -> Bookable:
        """What it names is there, and has room for its capacity; what it named before may be gone since."""
        errors: list[tuple[str, Words]] = []
        if after.staff_id and (before is None or before.staff_id != after.staff_id):
            known = await self._people.staff_of(after.organization_id, [after.staff_id])
            if after.staff_id not in known or known[after.staff_id].disabled:
                errors.append(("/staff_id", UNKNOWN_STAFF))
        new = [one for one in after.meeting_type_ids if before is None or one not in before.meeting_type_ids]
        types = await self._menus.meeting_types.named(after.organization_id, new)
        errors += [
            (f"/meeting_type_ids/{index}", UNKNOWN_TYPE)
            for index, one in enumerate(after.meeting_type_ids)
            if one in new and (one not in types or types[one].archived)
        ]
        if errors:
            raise invalid(caller.language, *errors)
        if after.is_alone and after.capacity != 1:
            raise CapacityMustBeOne()
        return await self._with_room_named(before, after, caller.language)

    async def _with_room_named(self, before: Bookable | None, after: Bookable, language: Language) -> Bookable:
        if before is not None and before.room_id == after.room_id:
            return after
        if after.room_id is None:
            return after.model_copy(update={"room_name": None})
        rooms = await self._rooms.named(after.organization_id, [after.room_id])
        if after.room_id not in rooms:
            raise unknown_room_at(language, ["/room_id"])
        return after.model_copy(update={"room_name": rooms[after.room_id].name})


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


_MAY_GO = {"staff_id", "room_id", "zoom_user_id"}


def _given(patch: MeetingTypePatch | BookablePatch, *names: str) -> dict[str, object]:
    return {name: getattr(patch, name) for name in names if getattr(patch, name) is not None}


def _check_place(item: MeetingType, language: Language) -> None:
    if item.place and item.location is not Location.LINK:
        raise invalid(language, ("/place", PLACE_OF_ANOTHER))

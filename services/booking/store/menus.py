"""Meeting types and bookables, each a list in the organization's order. Every write is guarded by the version that was
read; ``position`` and ``origin`` are written apart.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar

from services.booking.model.menus import Bookable, MeetingType, MenuItem, usual_types
from services.booking.store.bookings import AlreadyMade, StaleVersion
from services.booking.store.origins import ONCE, made_under, origin_state
from shared.crypto import KeyRing
from shared.mongo import ASCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel

ItemT = TypeVar("ItemT", bound=MenuItem)
_APART = {"id", "position", "origin"}
_STEP = 1024.0
"""Between two neighbours that were never moved."""


def place_of_type(meeting_type_id: str) -> str:
    """To what an encrypted ``place`` is bound."""
    return f"meeting_types/{meeting_type_id}/place"


class MenuList(Generic[ItemT]):
    """One collection; items are of ``model``. Only those with a ``place`` have something to encrypt."""

    def __init__(self, collection: Collection, model: type[ItemT], ring: KeyRing) -> None:
        self.collection = collection
        self._model = model
        self._ring = ring
        self.indexes = [
            IndexModel([("organization_id", ASCENDING), ("position", ASCENDING), ("_id", ASCENDING)], name="in_order"),
            ONCE,
        ]

    async def find(self, organization_id: str, item_id: str) -> ItemT | None:
        row = await self.collection.find_one({"_id": item_id, "organization_id": organization_id})
        return self._read(row) if row else None

    async def named(self, organization_id: str, item_ids: Sequence[str]) -> dict[str, ItemT]:
        """Those of the organization, archived ones too, by id."""
        if not item_ids:
            return {}
        query = {"_id": {"$in": list(item_ids)}, "organization_id": organization_id}
        return {row["_id"]: self._read(row) for row in await self.collection.find(query).to_list(None)}

    async def in_order(
        self, organization_id: str, *, archived: bool, after: tuple[float, str] | None, limit: int
    ) -> list[ItemT]:
        """``after`` is the place at which the page before ended."""
        query: Document = {"organization_id": organization_id}
        if not archived:
            query["archived"] = False
        if after is not None:
            position, item_id = after
            query["$or"] = [{"position": {"$gt": position}}, {"position": position, "_id": {"$gt": item_id}}]
        rows = await self.collection.find(query).sort(_IN_ORDER).limit(limit).to_list(None)
        return [self._read(row) for row in rows]

    async def made_by(self, key: str) -> ItemT | None:
        row = await made_under(self.collection, key, at="created_at")
        return self._read(row) if row else None

    async def other_names(self, item: ItemT) -> list[str]:
        """Of what is in use beside it; not of what the same request made meanwhile."""
        query: Document = {"organization_id": item.organization_id, "archived": False, "_id": {"$ne": item.id}}
        if item.origin is not None:
            query["origin.key"] = {"$ne": item.origin.key}
        return [row["name"] for row in await self.collection.find(query, {"name": 1}).to_list(None)]

    async def add(self, item: ItemT) -> None:
        """Raises ``AlreadyMade``."""
        origin = origin_state(item.origin)
        document = {"_id": item.id, **self._state(item), "position": item.position, "origin": origin}
        try:
            await self.collection.insert_one(document)
        except DuplicateKeyError as error:
            raise AlreadyMade(item.origin.key if item.origin else "") from error

    async def add_if_new(self, item: ItemT) -> None:
        """Nothing where one of this id is there."""
        new = {**self._state(item), "position": item.position, "origin": None}
        await self.collection.update_one({"_id": item.id}, {"$setOnInsert": new}, upsert=True)

    async def save(self, before: ItemT, after: ItemT) -> None:
        """Raises ``StaleVersion``."""
        which = {"_id": before.id, "version": before.version}
        result = await self.collection.update_one(which, {"$set": {**self._state(after), "position": after.position}})
        if not result.matched_count:
            raise StaleVersion(before.id)

    async def remove(self, item: ItemT) -> None:
        """Raises ``StaleVersion``."""
        result = await self.collection.delete_one({"_id": item.id, "version": item.version})
        if not result.deleted_count:
            raise StaleVersion(item.id)

    async def position_at_end(self, organization_id: str) -> float:
        row = await self.collection.find_one(
            {"organization_id": organization_id}, {"position": 1}, sort=[("position", -1)]
        )
        return float(row["position"]) + _STEP if row else 0.0

    async def position_behind(self, item: ItemT, other: ItemT | None) -> float:
        """Between ``other`` and what follows it; without one, before all."""
        query: Document = {"organization_id": item.organization_id, "_id": {"$ne": item.id}}
        if other is not None:
            query["position"] = {"$gt": other.position}
        row = await self.collection.find_one(query, {"position": 1}, sort=_IN_ORDER)
        if other is None:
            return float(row["position"]) - _STEP if row else 0.0
        return (other.position + float(row["position"])) / 2 if row else other.position + _STEP

    def _state(self, item: ItemT) -> Document:
        state = item.model_dump(exclude=_APART)
        if state.get("place"):
            state["place"] = self._ring.encrypt(state["place"].encode(), place=place_of_type(item.id))
        return state

    def _read(self, row: Document) -> ItemT:
        if row.get("place"):
            row = {**row, "place": self._ring.decrypt(row["place"], place=place_of_type(row["_id"])).decode()}
        return self._model.model_validate({**row, "id": row["_id"]})


_IN_ORDER = [("position", ASCENDING), ("_id", ASCENDING)]


class MenuStore:
    """``meeting_types`` and ``bookables``; ``menus`` remembers for which organizations the usual types were made."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.meeting_types = MenuList(database["meeting_types"], MeetingType, ring)
        self.bookables = MenuList(database["bookables"], Bookable, ring)
        self._begun: Collection = database["menus"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.meeting_types.collection: self.meeting_types.indexes,
            self.bookables.collection: [
                *self.bookables.indexes,
                IndexModel([("meeting_type_ids", ASCENDING)], name="offered"),
            ],
        }

    async def begin(self, organization_id: str, locale: str, at: datetime) -> None:
        """The usual types of a new organization, once: what is deleted afterwards stays away."""
        if await self._begun.find_one({"_id": organization_id}):
            return
        for index, (name, location, color) in enumerate(usual_types(locale)):
            usual = MeetingType(
                id="mtp_" + hashlib.sha256(f"{organization_id}/{location}".encode()).hexdigest()[:32],
                organization_id=organization_id,
                name=name,
                location=location,
                duration_minutes=60,
                color=color,
                position=index * _STEP,
                created_at=at,
                updated_at=at,
            )
            await self.meeting_types.add_if_new(usual)
        await self._begun.update_one({"_id": organization_id}, {"$set": {"begun_at": at}}, upsert=True)

    async def hosted_by(self, organization_id: str, zoom_user_ids: Sequence[str]) -> list[str]:
        """Bookables with one of these Zoom users, archived ones too."""
        query = {"organization_id": organization_id, "zoom_user_id": {"$in": list(zoom_user_ids)}}
        return [row["_id"] for row in await self.bookables.collection.find(query, {"_id": 1}).to_list(None)]

    async def zoom_user_of(self, organization_id: str, bookable_id: str) -> str | None:
        bookable = await self.bookables.find(organization_id, bookable_id)
        return bookable.zoom_user_id if bookable else None

    async def is_offered(self, meeting_type: MeetingType) -> bool:
        """Whether a bookable names it."""
        query = {"meeting_type_ids": meeting_type.id, "organization_id": meeting_type.organization_id}
        return await self.bookables.collection.find_one(query, {"_id": 1}) is not None

"""Scheduling pages, newest first. Every write is guarded by the version that was read; the database keeps slugs of
pages that are not deleted apart, whatever the organization.
"""

from services.booking.model.page import Page
from services.booking.store.bookings import AlreadyMade, StaleVersion
from services.booking.store.origins import ONCE, made_under, origin_state
from services.booking.store.searching import holding_all
from shared.mongo import ASCENDING, DESCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel

_ORGANIZATION = ("organization_id", ASCENDING)
_STANDING = {"deleted": False}
_APART = {"page_id", "origin", "created_at", "updated_at"}


class SlugInUse(Exception):
    """Another page that is not deleted has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"slug in use: {slug}")


class PageStore:
    """``pages``."""

    def __init__(self, database: Database) -> None:
        self.pages: Collection = database["pages"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.pages: [
                ONCE,
                IndexModel([("slug", ASCENDING)], name="slug", unique=True, partialFilterExpression=_STANDING),
                IndexModel([("slug", ASCENDING), ("deleted", ASCENDING), ("_id", DESCENDING)], name="newest_by_slug"),
                IndexModel([_ORGANIZATION, ("_id", DESCENDING)], name="newest"),
                IndexModel([("meeting_type_id", ASCENDING)], name="of_type", sparse=True),
                IndexModel([("bookable_id", ASCENDING)], name="of_bookable", sparse=True),
            ]
        }

    async def find(self, organization_id: str, page_id: str) -> Page | None:
        """Deleted ones too."""
        row = await self.pages.find_one({"_id": page_id, "organization_id": organization_id})
        return _read(row) if row else None

    async def by_slug(self, slug: str) -> Page | None:
        """The one that stands, else the one that was deleted last."""
        row = await self.pages.find_one({"slug": slug}, sort=[("deleted", ASCENDING), ("_id", DESCENDING)])
        return _read(row) if row else None

    async def made_by(self, key: str) -> Page | None:
        row = await made_under(self.pages, key, at="created_at")
        return _read(row) if row else None

    async def newest(
        self, organization_id: str, *, words: str, owner_id: str, before_id: str | None, limit: int
    ) -> list[Page]:
        """Those that stand, narrowed to all of ``words`` in title or slug; what is empty narrows nothing."""
        query: Document = {"organization_id": organization_id, **_STANDING}
        if owner_id:
            query["owner_id"] = owner_id
        if before_id is not None:
            query["_id"] = {"$lt": before_id}
        if narrowed := holding_all(words, "title", "slug"):
            query["$and"] = narrowed
        rows = await self.pages.find(query).sort("_id", DESCENDING).limit(limit).to_list(None)
        return [_read(row) for row in rows]

    async def uses(self, organization_id: str, **chosen: str) -> bool:
        """Whether a page that stands names it: ``meeting_type_id`` or ``bookable_id``."""
        query = {**chosen, "organization_id": organization_id, **_STANDING}
        return await self.pages.find_one(query, {"_id": 1}) is not None

    async def add(self, page: Page) -> None:
        """Raises ``AlreadyMade``, ``SlugInUse``."""
        origin = origin_state(page.origin)
        document = {"_id": page.page_id, **_state(page), "created_at": page.created_at, "origin": origin}
        try:
            await self.pages.insert_one(document)
        except DuplicateKeyError as error:
            if _is_of_slug(error):
                raise SlugInUse(page.slug) from error
            raise AlreadyMade(page.origin.key if page.origin else "") from error

    async def save(self, before: Page, after: Page) -> None:
        """Raises ``StaleVersion``, ``SlugInUse``."""
        which = {"_id": before.page_id, "version": before.version}
        try:
            result = await self.pages.update_one(which, {"$set": _state(after)})
        except DuplicateKeyError as error:
            raise SlugInUse(after.slug) from error
        if not result.matched_count:
            raise StaleVersion(before.page_id)


def _state(page: Page) -> Document:
    """Dates and their keys as text: MongoDB knows instants only."""
    return {**page.model_dump(mode="json", exclude=_APART), "updated_at": page.updated_at}


def _read(row: Document) -> Page:
    return Page.model_validate({**row, "page_id": row["_id"]})


def _is_of_slug(error: DuplicateKeyError) -> bool:
    return "slug" in ((error.details or {}).get("keyPattern") or {})

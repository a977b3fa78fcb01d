"""The mirror of each calendar that is read: where reading stands, and the entries that take time (never a title).

A mirror belongs to one link of its connection: what was read under an earlier one may be another account's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from services.calendar_sync.model.busy import BusyEntry, Window
from services.calendar_sync.model.calendars import MAIN, mirror_id_of
from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.providers.protocol import Reading, Watch
from services.calendar_sync.store.mirror_entries import MIRROR, entry_of, upsert
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.crypto import KeyRing
from shared.due import COUNTED, HAND_BACK
from shared.due import INDEX as DUE_INDEX
from shared.mirror import whose
from shared.mongo import (
    ASCENDING,
    Client,
    Collection,
    DeleteOne,
    Document,
    IndexModel,
    Session,
    in_transaction,
)

INDEXES = (
    DUE_INDEX,
    IndexModel([("staff_id", ASCENDING)]),
    IndexModel([("watch.watch_id", ASCENDING)], sparse=True),
    IndexModel([("connection_id", ASCENDING)], sparse=True),
    IndexModel([("read_at", ASCENDING)]),
)


@dataclass(frozen=True)
class Mirror:
    """How far a calendar was read. ``read_at`` is when the last complete read began, ``missing_since`` when the
    provider first said that the calendar is not there.
    """

    mirror_id: str
    connection_id: str
    calendar_id: str
    link: int
    organization_id: str
    staff_id: str
    provider: Provider
    cursor: str | None
    window: Window | None
    read_at: datetime | None
    tries: int
    recount: bool
    watch: Watch | None
    watch_due_at: datetime | None
    missing_since: datetime | None = None

    def follows(self, connection: Connection) -> bool:
        """Whether the connection can be read and is still the link that this mirror was begun for."""
        return connection.status is ConnectionStatus.CONNECTED and connection.link == self.link


class Taken(NamedTuple):
    """All that changed with a reading, as it was and as it is, and whether the lease went with it."""

    changed: list[BusyEntry]
    handed_back: bool


class Mirrors:
    """The collections ``mirrors`` (due rows) and ``mirror_entries``."""

    def __init__(self, client: Client, collection: Collection, entries: Collection, ring: KeyRing) -> None:
        self._client = client
        self.collection = collection
        self.entries = entries
        self._ring = ring

    async def begin(self, connection: Connection) -> list[str]:
        """Read all that was chosen from now on, after a new link completely at first; what another account's calendars
        held is forgotten. Calendars that were read before go on too. Answers the mirrors' names.
        """
        account = {"account": {"$ne": connection.account}}
        await self._forget({**_of(connection.connection_id), **account})
        earlier = await self._calendars_of(connection.connection_id)
        begun = list(dict.fromkeys((*connection.calendars.read, *earlier)))
        for calendar_id in begun:
            await self._begin(connection, calendar_id)
        return [mirror_id_of(connection.connection_id, one) for one in begun]

    async def _begin(self, connection: Connection, calendar_id: str) -> None:
        which: Document = {"_id": mirror_id_of(connection.connection_id, calendar_id)}
        soon: Document = {"$set": {"due_at": clock.now(), "recount": True, "stopped": False}}
        if (await self.collection.update_one({**which, "link": connection.link}, soon)).matched_count:
            return
        await self.collection.update_one(
            which,
            {
                "$set": {
                    "link": connection.link,
                    "account": connection.account,
                    "organization_id": connection.organization_id,
                    "staff_id": connection.staff_id,
                    "provider": connection.provider,
                    "connection_id": connection.connection_id,
                    "calendar_id": calendar_id,
                    "due_at": clock.now(),
                    "recount": True,
                    "tries": 0,
                },
                "$unset": {"cursor": "", "missing_since": ""},
            },
            upsert=True,
        )

    async def _calendars_of(self, connection_id: str) -> list[str]:
        rows = await self.collection.find(_of(connection_id), {"calendar_id": 1}).to_list(None)
        return [row.get("calendar_id", MAIN) for row in rows]

    async def count_unread_since(self, moment: datetime) -> int:
        """Of those that are to be read; up to 1000."""
        unread: Document = {"$or": [{"read_at": None}, {"read_at": {"$lt": moment}}]}
        return await self.collection.count_documents({**unread, "due_at": {"$ne": None}}, limit=COUNTED)

    async def resume(self, staff_id: str, now: datetime) -> None:
        """A person who was disabled is back."""
        which: Document = {"staff_id": staff_id, "due_at": None, "stopped": True}
        await self.collection.update_many(which, {"$set": {"due_at": now, "stopped": False}})

    async def pause(self, connection_id: str) -> None:
        """Until the person connects again; what was read stays and grows old."""
        await self.collection.update_many(_of(connection_id), {"$unset": {"due_at": ""}})

    async def forget(self, connection_id: str) -> None:
        await self._forget(_of(connection_id))

    async def drop(self, held: Document) -> None:
        """This calendar is not read any more, unless something changed meanwhile that ``held`` names."""
        if (await self.collection.delete_one(held)).deleted_count:
            await self.entries.delete_many({MIRROR: held["_id"]})

    async def _forget(self, which: Document) -> None:
        for row in await self.collection.find(which, {"link": 1}).to_list(None):
            await self.collection.delete_one({"_id": row["_id"], "link": row["link"]})
            await self.entries.delete_many({MIRROR: row["_id"]})

    async def look_again(self, staff_ids: Sequence[str], at: datetime, *, recount: bool = False) -> None:
        """Read soon; ``recount`` where what counts as busy changed although the calendar may not have."""
        mark = {"recount": True} if recount else {}
        which: Document = {"staff_id": {"$in": list(staff_ids)}, "due_at": {"$exists": True}}
        await self.collection.update_many(which, {"$min": {"due_at": at}, "$set": {"notified_at": clock.now(), **mark}})

    async def read_anew(self, organization_id: str) -> list[str]:
        """Completely and soon, all that is read now of the organization, or of everybody; their names."""
        which: Document = {**whose(organization_id), "due_at": {"$exists": True}}
        names = [str(row["_id"]) for row in await self.collection.find(which, {"_id": 1}).to_list(None)]
        now = clock.now()
        anew: Document = {"$unset": {"cursor": ""}, "$set": {"due_at": now, "notified_at": now}}
        await self.collection.update_many(which, anew)
        return names

    async def notified(self, connection_id: str, at: datetime) -> None:
        """The calendar changed; told while a read is under way, another one follows it."""
        which: Document = {"_id": connection_id, "due_at": {"$exists": True}}
        await self.collection.update_one(which, {"$min": {"due_at": at}, "$set": {"notified_at": clock.now()}})

    async def watched_as(self, watch_id: str) -> tuple[str, str] | None:
        """The connection and the secret of a notification channel."""
        row = await self.collection.find_one({"watch.watch_id": watch_id}, {"watch": 1})
        if row is None:
            return None
        secret = self._ring.decrypt(row["watch"]["secret"], place=f"mirrors/{row['_id']}/watch").decode()
        return str(row["_id"]), secret

    async def keep_watch(self, mirror: Mirror, watch: Watch, secret: str, due_at: datetime) -> None:
        sealed = self._ring.encrypt(secret.encode(), place=f"mirrors/{mirror.mirror_id}/watch")
        kept = {
            "watch_id": watch.watch_id,
            "resource_id": watch.resource_id,
            "expires_at": watch.expires_at,
            "secret": sealed,
        }
        change = {"$set": {"watch": kept, "watch_due_at": due_at}}
        await self.collection.update_one({"_id": mirror.mirror_id, "link": mirror.link}, change)

    async def watch_later(self, mirror: Mirror, at: datetime) -> None:
        which = {"_id": mirror.mirror_id, "link": mirror.link}
        await self.collection.update_one(which, {"$set": {"watch_due_at": at}})

    async def watch_at_once(self, connection_id: str, now: datetime) -> None:
        await self.collection.update_one({"_id": connection_id}, {"$set": {"watch_due_at": now}})

    async def of_links(self, links: Sequence[Connection]) -> dict[str, Mirror]:
        """Of the calendars that count as busy, by name; none where reading has not begun since the person connected."""
        current = {mirror_id: one.link for one in links for mirror_id in one.busy_mirrors}
        rows = await self.collection.find({"_id": {"$in": list(current)}}).to_list(None)
        mirrors = [mirror_of(row) for row in rows]
        return {one.mirror_id: one for one in mirrors if one.link == current[one.mirror_id]}

    async def watches_of(self, connection: Connection) -> list[Watch]:
        """All notification channels of this link."""
        which: Document = {**_of(connection.connection_id), "link": connection.link, "watch": {"$exists": True}}
        found = [mirror_of(row).watch for row in await self.collection.find(which).to_list(None)]
        return [one for one in found if one is not None]

    async def in_span(self, mirror_ids: Sequence[str], window: Window) -> list[tuple[str, BusyEntry]]:
        """What takes time in the window, each with its mirror."""
        rows = await self.entries.find(
            {
                MIRROR: {"$in": list(mirror_ids)},
                "end_at": {"$gt": window.start_at},
                "start_at": {"$lt": window.end_at},
            }
        ).to_list(None)
        return [(row[MIRROR], entry_of(row)) for row in rows]

    async def has_series(self, mirror_id: str, entry_ids: Sequence[str]) -> bool:
        """Whether one of these is the master of occurrences that are mirrored."""
        if not entry_ids:
            return False
        which = {MIRROR: mirror_id, "series_id": {"$in": list(entry_ids)}}
        return await self.entries.find_one(which, {"_id": 1}) is not None

    async def take_in(
        self,
        held: Document,
        reading: Reading,
        *,
        window: Window,
        read_at: datetime,
        due_at: datetime,
        rests: bool = False,
    ) -> Taken | None:
        """The result of a complete read, at once with where reading stands; None where ``held`` (the lease and the
        link) no longer holds. A notification meanwhile stays due; else the lease goes too where the mirror ``rests``.
        """
        mirror_id = str(held["_id"])
        values: Document = {
            "cursor": reading.cursor,
            "window": {"start_at": window.start_at, "end_at": window.end_at},
            "read_at": read_at,
            "tries": 0,
            "missing_since": None,
        }

        async def work(session: Session | None) -> Taken | None:
            quiet = {**held, "notified_at": {"$not": {"$gt": read_at}}}
            change: Document = {"$set": {**values, "recount": False, "due_at": due_at}}
            if rests:
                change["$unset"] = HAND_BACK
            result = await self.collection.update_one(quiet, change, session=session)
            handed_back = rests and result.matched_count == 1
            if not result.matched_count:
                change = {"$set": {**values, "due_at": clock.now()}}
                result = await self.collection.update_one(held, change, session=session)
            if not result.matched_count:
                return None
            return Taken(await self._apply(mirror_id, reading, session) if session else [], handed_back)

        is_news = reading.whole or reading.entries or reading.removed
        return await (in_transaction(self._client, work) if is_news else work(None))

    async def _apply(self, mirror_id: str, reading: Reading, session: Session) -> list[BusyEntry]:
        ids = {entry.entry_id for entry in reading.entries}
        which: Document = {MIRROR: mirror_id}
        if not reading.whole:
            which = {"_id": {"$in": [f"{mirror_id}/{entry_id}" for entry_id in ids | reading.removed]}}
        rows = await self.entries.find(which, session=session).to_list(None)
        known = {row["entry_id"]: entry_of(row) for row in rows}
        gone = known.keys() - ids if reading.whole else known.keys() & (reading.removed - ids)
        changed = [entry for entry in reading.entries if known.get(entry.entry_id) != entry]
        writes: list[Any] = [upsert(mirror_id, entry) for entry in changed]
        writes += [DeleteOne({"_id": f"{mirror_id}/{entry_id}"}) for entry_id in gone]
        if writes:
            await self.entries.bulk_write(writes, ordered=False, session=session)
        were = {*gone, *(entry.entry_id for entry in changed)} & known.keys()
        return [*changed, *(known[entry_id] for entry_id in were)]

    async def put_off(
        self,
        held: Document,
        due_at: datetime,
        tries: int,
        *,
        forget_cursor: bool = False,
        missing_since: datetime | None = None,
    ) -> None:
        change: Document = {"$set": {"due_at": due_at, "tries": tries, "missing_since": missing_since}}
        if forget_cursor:
            change["$unset"] = {"cursor": ""}
        await self.collection.update_one(held, change)

    async def stop(self, held: Document) -> None:
        """Nothing to read for now; ``resume`` and ``begin`` start again."""
        await self.collection.update_one(held, {"$unset": {"due_at": ""}, "$set": {"stopped": True}})


def mirror_of(row: Document) -> Mirror:
    window, watch = row.get("window"), row.get("watch")
    return Mirror(
        mirror_id=row["_id"],
        connection_id=row.get("connection_id") or row["_id"],
        calendar_id=row.get("calendar_id", MAIN),
        link=row["link"],
        organization_id=row["organization_id"],
        staff_id=row["staff_id"],
        provider=Provider(row["provider"]),
        cursor=row.get("cursor"),
        window=Window(window["start_at"], window["end_at"]) if window else None,
        read_at=row.get("read_at"),
        tries=row.get("tries", 0),
        recount=row.get("recount", False),
        watch=Watch(watch["watch_id"], watch["resource_id"], watch["expires_at"]) if watch else None,
        watch_due_at=row.get("watch_due_at"),
        missing_since=row.get("missing_since"),
    )


def _of(connection_id: str) -> Document:
    """All mirrors of a connection; the main calendar's may be from when there was no other."""
    return {"$or": [{"_id": connection_id}, {"connection_id": connection_id}]}

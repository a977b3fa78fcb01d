"""Connections and their tokens, encrypted at rest (G26). Renewal is leased in the row: one at a time (G19)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from services.calendar_sync.model.connection import LINKED, Connection, ConnectionStatus, Frozen, connection_id_of
from services.calendar_sync.store.choices import choice_of
from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.contracts.envelope import CloudEvent
from shared.crypto import KeyRing
from shared.due import INDEX as DUE_INDEX
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.mongo import ASCENDING, Collection, Document, IndexModel, Session
from shared.oauth import Grant

INDEXES = (
    outbox.INDEX,
    DUE_INDEX,
    IndexModel([("organization_id", ASCENDING), ("staff_id", ASCENDING)]),
    IndexModel([("frozen.at", ASCENDING)], sparse=True),
    IndexModel([("provider", ASCENDING), ("status", ASCENDING)]),
)
_SECRETS = ("access_token", "refresh_token")


@dataclass(frozen=True)
class Tokens:
    """As stored; ``generation`` grows with every renewal, ``link`` with every connecting."""

    access: str
    refresh: str
    expires_at: datetime
    generation: int
    link: int

    def __repr__(self) -> str:
        return f"Tokens(generation={self.generation})"


class Connections:
    """The collection ``connections``."""

    def __init__(self, collection: Collection, ring: KeyRing, relay: Relay) -> None:
        self.collection = collection
        self._ring = ring
        self._relay = relay

    async def connect(
        self,
        organization_id: str,
        staff_id: str,
        provider: Provider,
        account: str,
        grant: Grant,
        event: CloudEvent[Any],
        *,
        rooms: bool = False,
        lists: bool = False,
    ) -> None:
        """Link, or link again; the catching up is due at once."""
        connection_id = connection_id_of(staff_id, provider)
        now, waiting = clock.now(), outbox.entries([event])
        await self.collection.update_one(
            {"_id": connection_id},
            {
                "$set": {
                    "organization_id": organization_id,
                    "staff_id": staff_id,
                    "provider": provider,
                    "status": ConnectionStatus.CONNECTED,
                    "account": account,
                    "rooms": rooms,
                    "lists": lists,
                    "connected_at": now,
                    "due_at": now,
                    **self._sealed(connection_id, grant),
                },
                "$inc": {"token_generation": 1, "link": 1},
                "$unset": {"renewal": "", "ended_at": ""},
                "$push": outbox.push(waiting),
            },
            upsert=True,
        )
        self._relay.publish_soon(self.collection, connection_id, waiting)

    def _sealed(self, connection_id: str, grant: Grant) -> Document:
        values = {"access_token": grant.access_token, "refresh_token": grant.refresh_token}
        sealed: Document = {
            name: self._ring.encrypt(value.encode(), place=f"connections/{connection_id}/{name}")
            for name, value in values.items()
            if value
        }
        return sealed | {"access_expires_at": grant.expires_at}

    async def find(self, connection_id: str) -> Connection | None:
        row = await self.collection.find_one({"_id": connection_id}, _PLAIN)
        return _connection(row) if row else None

    async def of_staff(
        self, staff_ids: Sequence[str], *, organization_id: str, session: Session | None = None
    ) -> list[Connection]:
        """Newest first for each person."""
        which = {"staff_id": {"$in": list(staff_ids)}, "organization_id": organization_id}
        cursor = self.collection.find(which, _PLAIN, session=session).sort("connected_at", -1)
        return [_connection(row) for row in await cursor.to_list(None)]

    async def linked(self) -> list[Connection]:
        """All that count as having a calendar."""
        rows = await self.collection.find({"status": {"$in": list(LINKED)}}, _PLAIN).sort("_id", 1).to_list(None)
        return [_connection(row) for row in rows]

    async def with_rooms(self, organization_id: str, provider: Provider) -> list[Connection]:
        """Links that may read buildings and rooms, the newest first."""
        which = {"organization_id": organization_id, "provider": provider, "rooms": True}
        rows = await self.collection.find(which, _PLAIN).sort("connected_at", -1).to_list(None)
        return [one for one in map(_connection, rows) if one.linked]

    async def tokens(self, connection_id: str) -> Tokens | None:
        """None where no tokens are kept."""
        row = await self.collection.find_one({"_id": connection_id})
        if row is None or not all(row.get(name) for name in _SECRETS):
            return None
        access, refresh = (
            self._ring.decrypt(row[name], place=f"connections/{connection_id}/{name}").decode() for name in _SECRETS
        )
        return Tokens(access, refresh, row["access_expires_at"], row["token_generation"], row["link"])

    async def take_renewal(self, connection_id: str, generation: int, lease: str, until: datetime) -> bool:
        """Whether the caller alone may renew now; false too when it was renewed meanwhile."""
        result = await self.collection.update_one(
            {
                "_id": connection_id,
                "token_generation": generation,
                "$or": [{"renewal": None}, {"renewal.until": {"$lt": clock.real_now()}}],
            },
            {"$set": {"renewal": {"token": lease, "until": until}}},
        )
        return result.modified_count == 1

    async def store_renewed(self, connection_id: str, lease: str, grant: Grant) -> bool:
        """Committed before the new access token is used (G19); false when the lease was lost."""
        result = await self.collection.update_one(
            {"_id": connection_id, "renewal.token": lease},
            {
                "$set": self._sealed(connection_id, grant),
                "$inc": {"token_generation": 1},
                "$unset": {"renewal": ""},
            },
        )
        return result.modified_count == 1

    async def give_back_renewal(self, connection_id: str, lease: str) -> None:
        await self.collection.update_one({"_id": connection_id, "renewal.token": lease}, {"$unset": {"renewal": ""}})

    async def mark_broken(self, connection_id: str, lease: str, event: CloudEvent[Any]) -> bool:
        """The provider refused the refresh token for good; told once."""
        waiting = outbox.entries([event])
        result = await self.collection.update_one(
            {"_id": connection_id, "renewal.token": lease, "status": ConnectionStatus.CONNECTED},
            {
                "$set": {"status": ConnectionStatus.BROKEN, "due_at": clock.now()},
                "$unset": {"renewal": ""},
                "$push": outbox.push(waiting),
            },
        )
        if result.modified_count:
            self._relay.publish_soon(self.collection, connection_id, waiting)
        return result.modified_count == 1

    async def begin_disconnect(self, seen: Connection, finish_at: datetime) -> None:
        """A broken link cannot remove anything any more: it ends at once. Crashed halfway, it ends at ``finish_at``."""
        await self.collection.update_one(
            {"_id": seen.connection_id, "link": seen.link, "status": ConnectionStatus.CONNECTED},
            {"$set": {"status": ConnectionStatus.DISCONNECTING, "due_at": finish_at}},
        )

    async def end(self, seen: Connection, event: CloudEvent[Any]) -> bool:
        """Forget the tokens; false where this link ended before, or where the person has connected again meanwhile."""
        waiting, now = outbox.entries([event]), clock.now()
        result = await self.collection.update_one(
            {"_id": seen.connection_id, "link": seen.link, "status": {"$ne": ConnectionStatus.DISCONNECTED}},
            {
                "$set": {"status": ConnectionStatus.DISCONNECTED, "due_at": now, "ended_at": now},
                "$unset": {"access_token": "", "refresh_token": "", "renewal": ""},
                "$inc": {"token_generation": 1},
                "$push": outbox.push(waiting),
            },
        )
        if result.modified_count:
            self._relay.publish_soon(self.collection, seen.connection_id, waiting)
        return result.modified_count == 1

    async def freeze(self, seen: Connection, frozen: Frozen, event: CloudEvent[Any]) -> None:
        """Told once; ``unfreeze`` ends it, over any number of links."""
        waiting = outbox.entries([event])
        result = await self.collection.update_one(
            {"_id": seen.connection_id, "frozen": None},
            {"$set": {"frozen": asdict(frozen)}, "$push": outbox.push(waiting)},
        )
        if result.modified_count:
            self._relay.publish_soon(self.collection, seen.connection_id, waiting)

    async def unfreeze(self, connection_id: str, session: Session) -> bool:
        """Whether it was frozen."""
        which: Document = {"_id": connection_id, "frozen": {"$ne": None}}
        result = await self.collection.update_one(which, {"$unset": {"frozen": ""}}, session=session)
        return result.modified_count == 1

    async def of_organization(self, organization_id: str) -> list[Connection]:
        """Former ones too."""
        rows = await self.collection.find({"organization_id": organization_id}, _PLAIN).sort("_id", 1).to_list(None)
        return [_connection(row) for row in rows]

    async def frozen_of(self, organization_id: str) -> list[Connection]:
        which = {"organization_id": organization_id, **_FROZEN}
        return [_connection(row) for row in await self.collection.find(which, _PLAIN).sort("_id", 1).to_list(None)]

    async def count_frozen(self) -> int:
        return await self.collection.count_documents(_FROZEN)

    async def count(self, provider: Provider, status: ConnectionStatus) -> int:
        return await self.collection.count_documents({"provider": provider, "status": status})

    async def caught_up(self, held: Document) -> None:
        await self.collection.update_one(held, {"$unset": {"due_at": ""}})


_FROZEN: Document = {"frozen.at": {"$exists": True}, "status": {"$in": list(LINKED)}}
_PLAIN = dict.fromkeys((*_SECRETS, "outbox"), 0)


def _connection(row: Document) -> Connection:
    """Links made before calendars could be listed have that at Microsoft only, where it needs no scope of its own."""
    provider = Provider(row["provider"])
    return Connection(
        connection_id=row["_id"],
        organization_id=row["organization_id"],
        staff_id=row["staff_id"],
        provider=provider,
        status=ConnectionStatus(row["status"]),
        account=row["account"],
        connected_at=row["connected_at"],
        link=row["link"],
        ended_at=row.get("ended_at"),
        rooms=row.get("rooms", False),
        frozen=Frozen(**row["frozen"]) if row.get("frozen") else None,
        lists=row.get("lists", provider is Provider.MICROSOFT),
        calendars=choice_of(row),
    )

"""Organizations' Zoom accounts (C1) among the connections: one current per organization, one organization per account;
the database decides (the indexes ``current_account`` and ``account_once``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.zoom_issuer.store.connections import (
    SECRETS,
    Connection,
    Connections,
    ConnectionStatus,
    Kind,
    connection_of,
)
from shared import clock
from shared.contracts.envelope import CloudEvent
from shared.crypto import KeyRing
from shared.due import Lease
from shared.ids import new_id
from shared.messaging import outbox
from shared.mongo import ASCENDING, Client, Collection, Document, DuplicateKeyError, IndexModel, Session, in_transaction
from shared.oauth import Grant

OWNER = "account/"
"""Before Zoom's id of the account, in place of a staff member's id."""
EventOf = Callable[[str, int], CloudEvent[Any]]
"""Makes an event of a connection's id and the version of the event."""


class AccountMoved(Exception):
    """What was to be replaced or taken over is not as it was seen any more."""


@dataclass(frozen=True)
class FoundAccount:
    """An account that let us in: ``account`` names it to people, ``granted_by`` is the Zoom user who consented."""

    kind: Kind
    account_id: str
    account: str
    connected_by: str
    grant: Grant = field(repr=False)
    granted_by: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Listing:
    """How the listing of users stands; ``problem`` is why the newest try failed, ``connected_by`` who linked the
    account, ``told`` what was said last of users whom it replaces.
    """

    listed_at: datetime | None
    problem: str
    tries: int
    connected_by: str
    told: str = ""


@dataclass(frozen=True)
class Told:
    """What is said with a complete listing, and how it is known again."""

    mark: str
    events: Sequence[CloudEvent[Any]]


class Accounts:
    """Rows of ``connections`` that belong to an organization."""

    def __init__(self, client: Client, connections: Connections, ring: KeyRing) -> None:
        self.rows = connections.rows
        self._client = client
        self._connections = connections
        self._ring = ring
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rows: [
                IndexModel(
                    [("organization_id", ASCENDING)],
                    name="current_account",
                    unique=True,
                    partialFilterExpression={"current": True},
                )
            ]
        }

    async def current(self, organization_id: str) -> Connection | None:
        return connection_of(await self.rows.find_one({"organization_id": organization_id, "current": True}))

    async def serving_another(self, organization_id: str, account_id: str) -> Connection | None:
        """The link of another organization to this account."""
        theirs = {"account_id": account_id, "claims_account": True, "organization_id": {"$ne": organization_id}}
        return connection_of(await self.rows.find_one(theirs))

    async def winding_up(self, organization_id: str) -> list[Connection]:
        """Former accounts whose meetings are not all gone yet."""
        which = {
            "organization_id": organization_id,
            "current": False,
            "status": ConnectionStatus.CONNECTED,
            "kind": {"$in": [Kind.ADMIN, Kind.SERVER]},
        }
        found = await self.rows.find(which).to_list(None)
        return [row for row in map(connection_of, found) if row is not None]

    async def former(self, organization_id: str) -> list[str]:
        """Links to accounts that this organization had, whatever became of them."""
        which = {
            "organization_id": organization_id,
            "current": {"$ne": True},
            "kind": {"$in": [Kind.ADMIN, Kind.SERVER]},
        }
        return [row["_id"] for row in await self.rows.find(which, {"_id": 1}).to_list(None)]

    async def listing(self, connection_id: str) -> Listing:
        row = await self.rows.find_one({"_id": connection_id}) or {}
        return Listing(
            row.get("listed_at"),
            row.get("listing_problem", ""),
            row.get("listing_tries", 0),
            row.get("connected_by", ""),
            row.get("told", ""),
        )

    async def is_read(self, account: Connection) -> bool:
        """Whether its users were read since it was granted."""
        listed_at = (await self.listing(account.connection_id)).listed_at
        return listed_at is not None and listed_at >= account.granted_at

    async def list_again(self, connection_id: str) -> None:
        """The users are listed at once."""
        change = {"$set": {"due_at": clock.now()}, "$inc": {"asked": 1}}
        await self.rows.update_one({"_id": connection_id, "status": ConnectionStatus.CONNECTED}, change)

    async def list_again_at_zoom(self, account_id: str) -> list[str]:
        """The same for whoever has this account of Zoom; answers with their links."""
        which = {"account_id": account_id, "current": True, "status": ConnectionStatus.CONNECTED}
        rows = await self.rows.find(which, {"_id": 1}).to_list(None)
        for row in rows:
            await self.list_again(row["_id"])
        return [row["_id"] for row in rows]

    async def listed(self, lease: Lease, at: datetime, told: Told) -> Sequence[outbox.Entry]:
        """All users were read; answers with what is to be published, nothing where the lease was lost."""
        waiting = outbox.entries(told.events)
        change = {
            "$set": {"listed_at": at, "told": told.mark},
            "$unset": {"listing_problem": "", "listing_tries": ""},
            "$push": outbox.push(waiting),
        }
        result = await self.rows.update_one(lease.held, change)
        return waiting if result.modified_count else ()

    async def not_listed(self, lease: Lease, problem: str) -> None:
        change = {"$set": {"listing_problem": problem}, "$inc": {"listing_tries": 1}}
        await self.rows.update_one(lease.held, change)

    async def link(
        self,
        organization_id: str,
        found: FoundAccount,
        *,
        replaces: Connection | None,
        takes_from: Connection | None,
        connected: EventOf,
        replaced: EventOf,
        taken: EventOf,
    ) -> tuple[Connection, list[tuple[str, list[outbox.Entry]]]]:
        """Make it the organization's account, all at once or not at all: the one before goes on only to be wound up,
        another organization's link ends. Answers with what is to be published, by document. Raises ``AccountMoved``.
        """

        async def work(session: Session) -> tuple[Connection, list[tuple[str, list[outbox.Entry]]]]:
            said = []
            if takes_from:
                said.append(await self._take(session, takes_from, taken))
            if replaces and replaces.account_id != found.account_id:
                said.append(await self._step_back(session, replaces, replaced))
            made, entries = await self._claim(session, organization_id, found, connected)
            return made, [*said, (made.connection_id, entries)]

        try:
            return await in_transaction(self._client, work)
        except DuplicateKeyError as error:
            raise AccountMoved() from error

    async def _claim(
        self, session: Session, organization_id: str, found: FoundAccount, event_of: EventOf
    ) -> tuple[Connection, list[outbox.Entry]]:
        key = {"organization_id": organization_id, "staff_id": f"{OWNER}{found.account_id}"}
        known = await self.rows.find_one(key, {"generation": 1}, session=session)
        connection_id = known["_id"] if known else new_id("con")
        waiting = outbox.entries([event_of(connection_id, (known["generation"] if known else 0) + 1)])
        state: Document = {
            **key,
            "kind": found.kind,
            "account": found.account,
            "account_id": found.account_id,
            "client_id": found.client_id,
            "granted_by": found.granted_by,
            "connected_by": found.connected_by,
            "claims_account": True,
            "current": True,
            "status": ConnectionStatus.CONNECTED,
            "due_at": clock.now(),
            "granted_at": clock.now(),
            **self._connections.sealed(connection_id, found.grant),
        }
        gone = ["renewal", "broken_reason", "listing_problem", "listing_tries"]
        if found.client_secret:
            place = SECRETS["client_secret"].format(connection_id)
            state["client_secret"] = self._ring.encrypt(found.client_secret.encode(), place=place)
        gone += [name for name in ("client_secret", "refresh_token") if name not in state]
        change: Document = {
            "$set": state,
            "$unset": dict.fromkeys(gone, ""),
            "$inc": {"generation": 1, "asked": 1},
            "$push": outbox.push(waiting),
        }
        await self.rows.update_one({"_id": connection_id}, change, upsert=True, session=session)
        made = connection_of(await self.rows.find_one({"_id": connection_id}, session=session))
        assert made is not None
        return made, waiting

    async def _step_back(self, session: Session, seen: Connection, event_of: EventOf) -> tuple[str, list[outbox.Entry]]:
        state = {"current": False, "claims_account": False, "due_at": clock.now()}
        return await self._change(session, seen, {"current": True}, {"$set": state}, event_of)

    async def _take(self, session: Session, seen: Connection, event_of: EventOf) -> tuple[str, list[outbox.Entry]]:
        state = {
            "current": False,
            "claims_account": False,
            "status": ConnectionStatus.DISCONNECTED,
            "broken_reason": "taken over",
            "due_at": clock.now(),
        }
        secrets = dict.fromkeys((*SECRETS, "renewal"), "")
        return await self._change(session, seen, {"claims_account": True}, {"$set": state, "$unset": secrets}, event_of)

    async def _change(
        self, session: Session, seen: Connection, still: Document, change: Document, event_of: EventOf
    ) -> tuple[str, list[outbox.Entry]]:
        """Raises ``AccountMoved`` where it is not so any more. Renewals meanwhile do not matter."""
        row = await self.rows.find_one({"_id": seen.connection_id, **still}, {"generation": 1}, session=session)
        if row is None:
            raise AccountMoved()
        waiting = outbox.entries([event_of(seen.connection_id, row["generation"] + 1)])
        counted = {"$inc": {"generation": 1, "asked": 1}, "$push": outbox.push(waiting)}
        await self.rows.update_one({"_id": seen.connection_id}, {**change, **counted}, session=session)
        return seen.connection_id, waiting

    async def hand_over(self, theirs: Connection, found: FoundAccount) -> bool:
        """The same person's consent ended the grant that the other organization used: it goes on with the new one."""
        which = {"_id": theirs.connection_id, "kind": Kind.ADMIN, "granted_by": found.granted_by or None}
        change = {
            "$set": self._connections.sealed(theirs.connection_id, found.grant),
            "$unset": {"renewal": ""},
            "$inc": {"generation": 1},
        }
        return bool((await self.rows.update_one(which, change)).modified_count)

    async def live_by(self, found: FoundAccount) -> bool:
        """Whether a link to this account lives by the consent of the same person."""
        which = {
            "kind": Kind.ADMIN,
            "account_id": found.account_id,
            "granted_by": found.granted_by,
            "status": ConnectionStatus.CONNECTED,
        }
        return await self.rows.find_one(which, {"_id": 1}) is not None

    async def forget(self, seen: Connection) -> bool:
        """Nothing of it is needed any more. False where it changed meanwhile, such as by being current again."""
        state = {"status": ConnectionStatus.DISCONNECTED, "claims_account": False}
        result = await self.rows.update_one(
            {"_id": seen.connection_id, "current": False, "generation": seen.generation},
            {"$set": state, "$unset": dict.fromkeys((*SECRETS, "renewal"), ""), "$inc": {"generation": 1}},
        )
        return bool(result.modified_count)

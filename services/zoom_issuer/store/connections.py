"""Zoom connections: a row per staff member and per account of an organization (``store/accounts.py``), secrets
encrypted at rest (G26); ``generation`` grows with each grant. A row is due when others must follow what became of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from services.zoom_issuer.providers import ZoomUser
from shared import clock, due
from shared.contracts.envelope import CloudEvent
from shared.crypto import KeyRing
from shared.due import Lease
from shared.ids import new_id
from shared.messaging import outbox
from shared.mongo import AFTER, ASCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel
from shared.oauth import Grant
from shared.oauth_attempts import Attempt
from shared.renewal import RENEWAL_LEASE

PROVIDER = "zoom"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Rows from before do not say when they were granted."""
SECRETS = {name: f"connections/{{}}/{name}" for name in ("access_token", "refresh_token", "client_secret")}
"""Encrypted fields and the places that they are bound to."""


class ConnectionStatus(StrEnum):
    """``broken``: the provider refuses its tokens, the person must connect again."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    BROKEN = "broken"


class Kind(StrEnum):
    """A person's own (R1), or an organization's account: by its administrator's consent, or an app of its own (C1)."""

    OWN = "own"
    ADMIN = "admin_oauth"
    SERVER = "server_to_server"


class AccountClaimed(Exception):
    """The Zoom account is connected by somebody else (R3)."""

    def __init__(self) -> None:
        super().__init__("the account is connected by somebody else")


@dataclass(frozen=True)
class Connection:
    """One link as it was read; what is written back only holds for this ``generation``. ``staff_id`` is whose it is: of
    an organization's account ``account/`` and Zoom's id of it. ``account_id`` is Zoom's id of the user or account.

    ``current``: it is its organization's account now. ``client_id`` is the app's where that is the organization's own.
    ``granted_at`` is when a person let us in.
    """

    connection_id: str
    organization_id: str
    staff_id: str
    status: ConnectionStatus
    account: str
    generation: int
    access_expires_at: datetime
    access_sealed: str | None = field(repr=False)
    refresh_sealed: str | None = field(repr=False)
    kind: Kind = Kind.OWN
    account_id: str = ""
    basic: bool = False
    current: bool = False
    client_id: str = ""
    client_secret_sealed: str | None = field(default=None, repr=False)
    granted_at: datetime = _LONG_AGO

    @property
    def works(self) -> bool:
        return self.status is ConnectionStatus.CONNECTED


class Connections:
    """The collection ``connections``."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.rows: Collection = database["connections"]
        self._ring = ring
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rows: [
                outbox.INDEX,
                due.INDEX,
                IndexModel([("status", ASCENDING)], name="status"),
                IndexModel(
                    [("organization_id", ASCENDING), ("staff_id", ASCENDING)],
                    name="owner",
                    unique=True,
                ),
                IndexModel(
                    [("account_id", ASCENDING)],
                    name="account_once",
                    unique=True,
                    partialFilterExpression={"claims_account": True},
                ),
            ],
        }

    async def find(self, organization_id: str, staff_id: str) -> Connection | None:
        return connection_of(await self.rows.find_one({"organization_id": organization_id, "staff_id": staff_id}))

    async def of_organization(self, organization_id: str) -> list[Connection]:
        """Of its staff, and its accounts; former ones too."""
        found = await self.rows.find({"organization_id": organization_id}).to_list(None)
        return [known for row in found if (known := connection_of(row)) is not None]

    async def get(self, connection_id: str) -> Connection | None:
        return connection_of(await self.rows.find_one({"_id": connection_id}))

    async def linked(self) -> list[Connection]:
        """All that a person has not ended."""
        rows = await self.rows.find({"status": {"$ne": ConnectionStatus.DISCONNECTED}}).sort("_id", 1).to_list(None)
        return [known for row in rows if (known := connection_of(row)) is not None]

    async def connect(
        self, attempt: Attempt, grant: Grant, user: ZoomUser, event_of: Callable[[int], CloudEvent[Any]]
    ) -> tuple[Connection, list[outbox.Entry]]:
        """Store a new grant and say so; ``event_of`` is given the version of the event. Raises ``AccountClaimed``."""
        key = {"organization_id": attempt.organization_id, "staff_id": attempt.staff_id}
        facts = {
            "account": user.email,
            "account_id": user.user_id,
            "basic": user.basic,
            "claims_account": True,
        }
        while True:
            known = await self.rows.find_one(key, {"generation": 1}) or {"_id": new_id("con"), "generation": 0}
            seen = {"generation": known["generation"]} if known["generation"] else {}
            waiting = outbox.entries([event_of(known["generation"] + 1)])
            try:
                row = await self.rows.find_one_and_update(
                    {"_id": known["_id"], **key, **seen},
                    {
                        "$set": {
                            **facts,
                            "status": ConnectionStatus.CONNECTED,
                            "due_at": clock.now(),
                            "granted_at": clock.now(),
                            **self.sealed(known["_id"], grant),
                        },
                        "$unset": {"renewal": "", "broken_reason": ""},
                        "$inc": {"generation": 1, "asked": 1},
                        "$push": outbox.push(waiting),
                    },
                    upsert=not seen,
                    return_document=AFTER,
                )
            except DuplicateKeyError as error:
                if "account_id" in (error.details or {}).get("keyPattern", {}):
                    raise AccountClaimed() from error
                continue  # the same person's other attempt was first
            made = connection_of(row)
            if made is not None:
                return made, waiting

    async def hand_over(self, attempt: Attempt, account_id: str, grant: Grant) -> bool:
        """Give a new grant of this account to who else has it connected; false where nobody has."""
        mine = {"organization_id": attempt.organization_id, "staff_id": attempt.staff_id}
        theirs = {"account_id": account_id, "claims_account": True, "$nor": [mine]}
        while True:
            owner = await self.rows.find_one(theirs, {"generation": 1})
            if owner is None:
                return False
            result = await self.rows.update_one(
                {"_id": owner["_id"], "generation": owner["generation"]},
                {
                    "$set": {**self.sealed(owner["_id"], grant), "granted_at": clock.now()},
                    "$unset": {"renewal": ""},
                    "$inc": {"generation": 1},
                },
            )
            if result.modified_count:
                return True

    async def granted_before(self, at: datetime, kind: Kind, account_id: str) -> list[Connection]:
        """Whose grant of this user or account is older, and not disconnected by a person."""
        which: Document = {
            **_granted_before(at),
            "account_id": account_id,
            "kind": {"$in": [None, kind]} if kind is Kind.OWN else kind,
            "status": {"$ne": ConnectionStatus.DISCONNECTED},
        }
        rows = await self.rows.find(which).to_list(None)
        return [known for row in rows if (known := connection_of(row)) is not None]

    async def forget_tokens(self, connection_id: str, at: datetime) -> None:
        """Of a grant older than this, which is broken."""
        which = {"_id": connection_id, "status": ConnectionStatus.BROKEN, **_granted_before(at)}
        await self.rows.update_one(which, {"$unset": {"access_token": "", "refresh_token": ""}})

    async def end(
        self,
        seen: Connection,
        status: ConnectionStatus,
        reason: str,
        event_of: Callable[[int], CloudEvent[Any]],
        *,
        renewal: str | None = None,
    ) -> list[outbox.Entry] | None:
        """Mark as disconnected or broken and say so, once and only for the grant that was seen; else None.

        ``renewal`` is the lease of the renewal that found it out.
        """
        waiting = outbox.entries([event_of(seen.generation + 1)])
        update: dict[str, Any] = {
            "$set": {"status": status, "broken_reason": reason, "claims_account": False, "due_at": clock.now()},
            "$unset": {"access_token": "", "renewal": ""},
            "$inc": {"generation": 1, "asked": 1},
            "$push": outbox.push(waiting),
        }
        if status is ConnectionStatus.DISCONNECTED:
            update["$unset"] |= {"refresh_token": "", "client_secret": ""}
            update["$set"]["current"] = False
        held = {"renewal.token": renewal} if renewal else {}
        result = await self.rows.update_one(
            {"_id": seen.connection_id, "generation": seen.generation, "status": {"$ne": status}, **held}, update
        )
        return waiting if result.modified_count else None

    def refresh_token(self, connection: Connection) -> str | None:
        return self._open(connection, "refresh_token", connection.refresh_sealed)

    def access_token(self, connection: Connection) -> str | None:
        return self._open(connection, "access_token", connection.access_sealed)

    async def claim_renewal(self, seen: Connection, token: str) -> bool:
        """Hold the right to renew this grant for half a minute of real time; false while another worker has it."""
        now = clock.real_now()
        result = await self.rows.update_one(
            {
                **_same_grant(seen),
                "$or": [{"renewal": None}, {"renewal.until": {"$lt": now}}],
            },
            {"$set": {"renewal": {"token": token, "until": now + RENEWAL_LEASE}}},
        )
        return bool(result.modified_count)

    async def renewed(self, seen: Connection, grant: Grant) -> Connection | None:
        """Commit what a renewal gave; the old refresh token stays where none came. None where the grant is no more."""
        row = await self.rows.find_one_and_update(
            _same_grant(seen),
            {"$set": self.sealed(seen.connection_id, grant), "$unset": {"renewal": ""}, "$inc": {"generation": 1}},
            return_document=AFTER,
        )
        return connection_of(row)

    async def give_back_renewal(self, seen: Connection, token: str) -> None:
        await self.rows.update_one({"_id": seen.connection_id, "renewal.token": token}, {"$unset": {"renewal": ""}})

    async def count(self, status: ConnectionStatus) -> int:
        return await self.rows.count_documents({"status": status})

    async def followed(self, lease: Lease, again_at: datetime | None = None) -> None:
        """What became of it was followed; look again then, or at once where it changed meanwhile."""
        change = {"$set": {"due_at": again_at}} if again_at else {"$unset": {"due_at": ""}}
        await self.rows.update_one({**lease.held, "asked": lease.row["asked"]}, change)

    def client_secret(self, connection: Connection) -> str:
        return self._open(connection, "client_secret", connection.client_secret_sealed) or ""

    def sealed(self, connection_id: str, grant: Grant) -> Document:
        """Fields of a row that hold this grant."""
        sealed: Document = {
            "access_token": self._ring.encrypt(
                grant.access_token.encode(), place=SECRETS["access_token"].format(connection_id)
            ),
            "access_expires_at": grant.expires_at,
        }
        if grant.refresh_token:
            sealed["refresh_token"] = self._ring.encrypt(
                grant.refresh_token.encode(), place=SECRETS["refresh_token"].format(connection_id)
            )
        return sealed

    def _open(self, connection: Connection, name: str, sealed: str | None) -> str | None:
        place = SECRETS[name].format(connection.connection_id)
        return self._ring.decrypt(sealed, place=place).decode() if sealed else None


def _granted_before(at: datetime) -> Document:
    """Rows from before do not say when."""
    return {"$or": [{"granted_at": {"$lt": at}}, {"granted_at": None}]}


def _same_grant(seen: Connection) -> dict[str, Any]:
    return {"_id": seen.connection_id, "generation": seen.generation, "status": ConnectionStatus.CONNECTED}


def connection_of(row: Document | None) -> Connection | None:
    if row is None:
        return None
    return Connection(
        connection_id=row["_id"],
        organization_id=row["organization_id"],
        staff_id=row["staff_id"],
        status=ConnectionStatus(row["status"]),
        account=row.get("account", ""),
        basic=row.get("basic", False),
        generation=row["generation"],
        access_expires_at=row["access_expires_at"],
        access_sealed=row.get("access_token"),
        refresh_sealed=row.get("refresh_token"),
        kind=Kind(row.get("kind", Kind.OWN)),
        account_id=row.get("account_id", ""),
        current=row.get("current", False),
        client_id=row.get("client_id", ""),
        client_secret_sealed=row.get("client_secret"),
        granted_at=row.get("granted_at") or _LONG_AGO,
    )

"""Accounts that let us in and wait for an administrator's word, as they replace one or serve another organization."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.zoom_issuer.store.accounts import FoundAccount
from services.zoom_issuer.store.connections import Kind
from shared import clock, due
from shared.crypto import KeyRing
from shared.due import Lease
from shared.ids import new_id
from shared.mongo import AFTER, ASCENDING, Collection, Database, Document, IndexModel
from shared.oauth import Grant

COLLECTION = "account_offers"
SECRETS = {"sealed": "account_offers/{}/sealed"}
LIVES = timedelta(minutes=30)
"""Less than an access token lives, so that what was granted is still good."""
_ACCEPTING = timedelta(minutes=5)
"""Longer than it takes to accept one."""


@dataclass(frozen=True)
class Offer:
    """``replaces`` and ``takes_from`` are the connections that the page named."""

    offer_id: str
    found: FoundAccount
    replaces: str | None
    takes_from: str | None


class Offers:
    """The collection ``account_offers``."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.rows: Collection = database[COLLECTION]
        self._ring = ring
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.rows: [
                due.INDEX,
                IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=86_400),
            ]
        }

    async def make(
        self, organization_id: str, found: FoundAccount, *, replaces: str | None, takes_from: str | None
    ) -> Offer:
        offer = Offer(new_id("off"), found, replaces, takes_from)
        secrets = {
            "client_secret": found.client_secret,
            "access_token": found.grant.access_token,
            "refresh_token": found.grant.refresh_token,
            "expires_at": found.grant.expires_at.isoformat(),
        }
        expires_at = clock.now() + LIVES
        await self.rows.insert_one(
            {
                "_id": offer.offer_id,
                "organization_id": organization_id,
                "kind": found.kind,
                "account_id": found.account_id,
                "account": found.account,
                "connected_by": found.connected_by,
                "granted_by": found.granted_by,
                "client_id": found.client_id,
                "replaces": replaces,
                "takes_from": takes_from,
                "sealed": self._ring.encrypt(
                    json.dumps(secrets).encode(), place=SECRETS["sealed"].format(offer.offer_id)
                ),
                "expires_at": expires_at,
                "made_at": clock.now(),
                "due_at": expires_at,
            }
        )
        return offer

    async def get(self, organization_id: str, offer_id: str) -> Offer | None:
        """None once it was accepted or is too old."""
        row = await self.rows.find_one(_standing(organization_id, offer_id))
        return self.of(row) if row else None

    async def hold(self, organization_id: str, offer_id: str) -> Offer | None:
        """The same for who accepts it: meanwhile it neither lapses nor is refused."""
        until = clock.now() + _ACCEPTING
        change = {"$set": {"held_until": until}, "$max": {"due_at": until}}
        which = _standing(organization_id, offer_id)
        row = await self.rows.find_one_and_update(which, change, return_document=AFTER)
        return self.of(row) if row else None

    async def refuse(self, organization_id: str, offer_id: str) -> None:
        """It lapses now; nothing where somebody accepts it or it is gone."""
        now = clock.now()
        free = {"$or": [{"held_until": None}, {"held_until": {"$lte": now}}]}
        change = {"$set": {"expires_at": now, "due_at": now}}
        await self.rows.update_one({**_standing(organization_id, offer_id), **free}, change)

    async def is_outdated(self, lease: Lease) -> bool:
        """Whether the same person let us into the same account again since."""
        same = {name: lease.row[name] for name in ("kind", "account_id", "granted_by")}
        newer = {**same, "_id": {"$ne": lease.row["_id"]}, "made_at": {"$gt": lease.row["made_at"]}}
        return await self.rows.find_one(newer, {"_id": 1}) is not None

    async def later(self, lease: Lease, due_at: datetime) -> None:
        await self.rows.update_one(lease.held, {"$set": {"due_at": due_at}})

    async def end(self, lease: Lease) -> None:
        await self.rows.delete_one(lease.held)

    async def drop(self, offer_id: str) -> None:
        await self.rows.delete_one({"_id": offer_id})

    def of(self, row: Document) -> Offer:
        place = SECRETS["sealed"].format(row["_id"])
        secrets = json.loads(self._ring.decrypt(row["sealed"], place=place))
        expires_at = datetime.fromisoformat(secrets["expires_at"])
        found = FoundAccount(
            kind=Kind(row["kind"]),
            account_id=row["account_id"],
            account=row["account"],
            connected_by=row["connected_by"],
            grant=Grant(secrets["access_token"], secrets["refresh_token"], expires_at, frozenset()),
            granted_by=row["granted_by"],
            client_id=row["client_id"],
            client_secret=secrets["client_secret"],
        )
        return Offer(row["_id"], found, row["replaces"], row["takes_from"])


def _standing(organization_id: str, offer_id: str) -> Document:
    return {"_id": offer_id, "organization_id": organization_id, "expires_at": {"$gt": clock.now()}}

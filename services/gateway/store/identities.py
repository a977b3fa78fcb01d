"""Who a staff member is at an OpenID Connect provider (X8): its ``sub``, linked at the first sign-in, for good."""

import hashlib
from dataclasses import dataclass

from shared import clock
from shared.mongo import ASCENDING, Collection, Database, DuplicateKeyError, IndexModel


@dataclass(frozen=True)
class Subject:
    """A person as an issuer names them: by a name that is never given to another."""

    issuer: str
    sub: str

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.issuer}\x1f{self.sub}".encode()).hexdigest()


class IdentityStore:
    """One subject is one staff member, and the other way round at each issuer."""

    def __init__(self, database: Database) -> None:
        self.identities: Collection = database["identities"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.identities: [IndexModel([("staff_id", ASCENDING), ("issuer", ASCENDING)], name="staff", unique=True)]
        }

    async def staff_id_of(self, subject: Subject) -> str | None:
        row = await self.identities.find_one({"_id": subject.key})
        return str(row["staff_id"]) if row else None

    async def link(self, subject: Subject, staff_id: str) -> bool:
        """False where either is linked otherwise."""
        row = {"_id": subject.key, "staff_id": staff_id, "issuer": subject.issuer, "linked_at": clock.now()}
        try:
            await self.identities.insert_one(row)
        except DuplicateKeyError:
            return await self.staff_id_of(subject) == staff_id
        return True

    async def unlink(self, staff_id: str) -> None:
        """The next sign-in links anew."""
        await self.identities.delete_many({"staff_id": staff_id})

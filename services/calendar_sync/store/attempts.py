"""Attempts to connect: each state is good once, for a while, and for one person (R1)."""

from dataclasses import dataclass
from datetime import datetime

from shared import clock
from shared.contracts.calendar_sync import Provider
from shared.crypto import KeyRing, token_hash
from shared.mongo import ASCENDING, Collection, IndexModel

INDEXES = (IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=86_400),)


@dataclass(frozen=True)
class Attempt:
    """What the callback must match. ``verifier`` is PKCE's."""

    provider: Provider
    organization_id: str
    staff_id: str
    email: str
    redirect_uri: str
    verifier: str

    def __repr__(self) -> str:
        return f"Attempt({self.provider}, {self.staff_id})"


class Attempts:
    """The collection ``oauth_attempts``; the state itself is not stored."""

    def __init__(self, collection: Collection, ring: KeyRing) -> None:
        self.collection = collection
        self._ring = ring

    async def keep(self, state: str, attempt: Attempt, expires_at: datetime) -> None:
        name = token_hash(state)
        await self.collection.insert_one(
            {
                "_id": name,
                "provider": attempt.provider,
                "organization_id": attempt.organization_id,
                "staff_id": attempt.staff_id,
                "email": attempt.email,
                "redirect_uri": attempt.redirect_uri,
                "verifier": self._ring.encrypt(attempt.verifier.encode(), place=f"oauth_attempts/{name}/verifier"),
                "expires_at": expires_at,
            }
        )

    async def take(self, state: str) -> Attempt | None:
        """The attempt, once; None for an unknown, used or expired state."""
        name = token_hash(state)
        row = await self.collection.find_one_and_delete({"_id": name})
        if row is None or row["expires_at"] <= clock.now():
            return None
        return Attempt(
            provider=Provider(row["provider"]),
            organization_id=row["organization_id"],
            staff_id=row["staff_id"],
            email=row["email"],
            redirect_uri=row["redirect_uri"],
            verifier=self._ring.decrypt(row["verifier"], place=f"oauth_attempts/{name}/verifier").decode(),
        )

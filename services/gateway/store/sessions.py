"""Sessions, found by the hash of their token. Their times are real ones: moving the demo's clock signs nobody out."""

from datetime import datetime, timedelta

from services.gateway.model import Session
from shared import clock
from shared.crypto import token_hash
from shared.mongo import ASCENDING, Collection, Database, IndexModel

_RENEW_AFTER = timedelta(days=1)


class SessionStore:
    """A token is known to its browser only; here stands its hash (G23)."""

    def __init__(self, database: Database, length: timedelta, longest: timedelta) -> None:
        """``length`` is since it was last used, ``longest`` since it began."""
        self.sessions: Collection = database["sessions"]
        self._length = length
        self._longest = longest
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.sessions: [
                IndexModel([("staff_id", ASCENDING)], name="staff"),
                IndexModel([("expires_at", ASCENDING)], name="expires", expireAfterSeconds=0),
            ]
        }

    async def begin(self, token: str, staff_id: str, *, by_oidc: bool = False) -> Session:
        """``by_oidc``: the person signed in at an OpenID Connect provider, where they stay signed in."""
        now = clock.real_now()
        session = Session(id=token_hash(token), staff_id=staff_id, expires_at=self._end(now))
        await self.sessions.insert_one(
            {"_id": session.id, "staff_id": staff_id, "expires_at": session.expires_at, "began_at": now}
            | ({"by_oidc": True} if by_oidc else {})
        )
        return session

    async def find(self, token: str) -> Session | None:
        """Renews a session whose last renewal is a day old, as long as it may last at all."""
        row = await self.sessions.find_one({"_id": token_hash(token)})
        if row is None or min(row["expires_at"], row["began_at"] + self._longest) <= clock.real_now():
            return None
        end = self._end(row["began_at"])
        if end - row["expires_at"] > _RENEW_AFTER:
            await self.sessions.update_one({"_id": row["_id"]}, {"$set": {"expires_at": end}})
        return Session(id=row["_id"], staff_id=row["staff_id"], expires_at=row["expires_at"])

    async def end(self, session_id: str) -> bool:
        """Whether it began at an OpenID Connect provider."""
        row = await self.sessions.find_one_and_delete({"_id": session_id})
        return bool(row and row.get("by_oidc"))

    async def end_all_of(self, staff_id: str, *, but: str | None = None) -> None:
        await self.sessions.delete_many({"staff_id": staff_id, "_id": {"$ne": but}})

    def _end(self, began_at: datetime) -> datetime:
        return min(clock.real_now() + self._length, began_at + self._longest)

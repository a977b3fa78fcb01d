"""Ledger rows of what is erased (X5): they keep what says whose an entry is, and no digest of what stood in it."""

from shared.erasing import nothing_under_way
from shared.mongo import Collection, Document, Session


class ErasedRows:
    """The erasing side of the collection ``ledger``."""

    def __init__(self, ledger: Collection) -> None:
        self._ledger = ledger

    async def erase(self, about: str, session: Session) -> int | None:
        """How many entries of it stand; None while one is at work."""
        rows = await self._ledger.find({"about": about}, session=session).to_list(None)
        if not all(nothing_under_way(row) for row in rows):
            return None
        stood = [row["_id"] for row in rows if row.get("written")]
        digests: Document = {"$set": {"written.form": None, "written.digest": ""}}
        await self._ledger.update_many({"_id": {"$in": stood}}, digests, session=session)
        rest: Document = {"$set": {"drift": None, "suspected": False}, "$unset": {"guest_told": "", "calls": ""}}
        await self._ledger.update_many({"about": about}, rest, session=session)
        return len(stood)

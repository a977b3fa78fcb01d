"""What organizations tell guests of how to join (X9), and which invite nobody from outside (H14), as the gateway last
said.
"""

from shared.mongo import Collection
from shared.projection import keep_newest

INDEXES = ()


class Organizations:
    """The collection ``organizations``; the newest version wins."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    async def heard(self, organization_id: str, mail_links: str, version: int, *, sandbox: bool = False) -> None:
        values = {"mail_links": mail_links, "sandbox": sandbox, "version": version}
        await keep_newest(self.collection, organization_id, values, version)

    async def mail_links(self, organization_id: str) -> str:
        """``raw`` where nothing was heard yet."""
        row = await self.collection.find_one({"_id": organization_id})
        return str(row["mail_links"]) if row else "raw"

    async def is_sandbox(self, organization_id: str) -> bool:
        return await self.collection.find_one({"_id": organization_id, "sandbox": True}, {"_id": 1}) is not None

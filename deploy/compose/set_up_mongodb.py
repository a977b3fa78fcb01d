"""Makes the replica set and one user per service; doing it again changes nothing."""

import asyncio
import json
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from deploy.compose.surroundings import AROUND, REPLICA_SET
from deploy.credentials import OPERATOR, SERVICES
from deploy.mongo.set_up import create_user, initiate, until_primary


async def main(passwords: dict[str, str]) -> None:
    address = f"mongodb://{OPERATOR}:{passwords[OPERATOR]}@{AROUND.mongo_address}/admin?directConnection=true"
    async with AsyncMongoClient[dict[str, Any]](address) as client:
        await initiate(client, REPLICA_SET, AROUND.mongo_address)
        await until_primary(client)
        for service in SERVICES:
            await create_user(client, service, service, passwords[service], "readWrite")


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path("/run/chosei/passwords.json").read_text())))

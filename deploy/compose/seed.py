"""Fills the demo once. It shares the gateway's network: addresses are those that a browser on this machine uses."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx

from deploy.compose.surroundings import PUBLIC_URL, SANDBOX_URL
from deploy.demo.accounts import LOGINS
from deploy.demo.seed import Seeder, SeedFailed


async def main(setup_code: str) -> None:
    try:
        await Seeder(PUBLIC_URL, SANDBOX_URL, setup_code).fill([], datetime.now(UTC))
    except SeedFailed as error:
        if error.status not in {httpx.codes.FORBIDDEN, httpx.codes.CONFLICT, httpx.codes.NOT_FOUND}:
            raise
        sys.stdout.write("There is an organization already: nothing was seeded.\n")
        return
    sys.stdout.write("".join(f"login {account.email} / {account.password}\n" for account in LOGINS))


if __name__ == "__main__":
    asyncio.run(main(Path("/run/chosei/setup-code").read_text()))

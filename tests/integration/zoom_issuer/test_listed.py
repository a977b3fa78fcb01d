"""Which Zoom users a page of the list shows (C2): the account's by name, then people's own, and no more is read."""

from typing import Any

import pytest

from services.zoom_issuer.hosts import StaffRecord
from services.zoom_issuer.store.connections import Connections
from services.zoom_issuer.store.listed import ListedUsers
from services.zoom_issuer.store.staff import StaffStore
from services.zoom_issuer.store.users import UserStore
from shared.contracts.envelope import Cause
from shared.mongo import Database, ensure_indexes
from tests.builders import BUS_RING

ORGANIZATION, ACCOUNT = "org_1", "con_account"
LISTED = ["Aoki", "Baba", "Chiba", "Doi", "Endo"]
OWN = ["fuji", "goto", "hara"]
EVERYBODY = [name.casefold() for name in LISTED] + OWN


def a_listed_user(name: str) -> dict[str, Any]:
    user_id = f"U{name}"
    shown = {"user_id": user_id, "name": name, "email": f"{name}@Acme.example", "basic": False}
    return {
        "_id": f"{ACCOUNT}/{user_id}",
        "connection_id": ACCOUNT,
        **shown,
        "folded_email": shown["email"].casefold(),  # type: ignore[attr-defined]
    }


def a_connection(name: str, **changes: Any) -> dict[str, Any]:
    connection = {
        "_id": f"con_{name}",
        "organization_id": ORGANIZATION,
        "staff_id": f"stf_{name}",
        "status": "connected",
        "account_id": f"U{name}",
        "account": f"{name.capitalize()}@own.example",
        "generation": 1,
    }
    return {**connection, **changes}


@pytest.fixture
async def listed(database: Database) -> ListedUsers:
    users, connections = UserStore(database), Connections(database, BUS_RING)
    for store in (users, connections):
        for collection, indexes in store.indexes.items():
            await ensure_indexes(collection, indexes)
    await users.rows.insert_many([a_listed_user(name) for name in reversed(LISTED)])
    left_out = [
        a_connection("Doi"),  # whom the account lists
        a_connection("ito", status="disconnected"),
        a_connection("kato", organization_id="org_2"),
        a_connection("account", kind="server_to_server", account_id="acme", current=True),
    ]
    await connections.rows.insert_many([*(a_connection(name) for name in reversed(OWN)), *left_out])
    return ListedUsers(users, connections)


async def names(listed: ListedUsers, word: str = "", after: int = 0, most: int = 50, **how: Any) -> list[str]:
    account = how.pop("account", ACCOUNT)
    rows = await listed.page(ORGANIZATION, account, word, after, most, **{"own": True, **how})
    return [row["user_id"].removeprefix("U").casefold() for row in rows]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 8, 9])
async def test_c2_pages_of_any_size_are_the_list_without_gaps_or_doubles(listed: ListedUsers, size: int) -> None:
    pages = [await names(listed, after=after, most=size) for after in range(0, 12, size)]
    assert [name for page in pages for name in page] == EVERYBODY
    assert all(len(page) <= size for page in pages)


async def test_c2_own_users_are_left_out_unless_asked_for_and_are_all_there_is_without_an_account(
    listed: ListedUsers,
) -> None:
    assert await names(listed, own=False) == EVERYBODY[:5]
    assert await names(listed, account=None) == ["doi", *OWN]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("ACME.", EVERYBODY[:5]),
        ("own.EX", OWN),
        ("o", ["aoki", "doi", "endo", *OWN]),
        ("ugoto", ["goto"]),
        ("uBABA", ["baba"]),
        ("got", ["goto"]),
        ("a.*i", []),
        ("\0", []),
    ],
)
async def test_c2_what_is_searched_may_be_on_either_side(listed: ListedUsers, word: str, found: list[str]) -> None:
    assert await names(listed, word) == found
    assert [one for after in range(len(found)) for one in await names(listed, word, after, 1)] == found


async def test_c2_only_the_staff_of_the_users_shown_are_read(database: Database) -> None:
    staff, cause = StaffStore(database), Cause.outside()
    for collection, indexes in staff.indexes.items():
        await ensure_indexes(collection, indexes)
    for name, zoom_user in (("aoki", ""), ("baba", "UBaba"), ("chiba", "AOKI@acme.example"), ("doi", "")):
        record = StaffRecord(email=f"{name}@acme.example", zoom_user=zoom_user)
        await staff.keep(f"stf_{name}", ORGANIZATION, record, 1, cause)
    await staff.keep("stf_other", "org_2", StaffRecord(email="aoki@acme.example"), 1, cause)
    assert sorted(await staff.named(ORGANIZATION, ["UAoki", "Aoki@Acme.example"])) == ["stf_aoki", "stf_chiba"]
    assert sorted(await staff.named(ORGANIZATION, ["UBaba"])) == ["stf_baba"]
    assert await staff.named(ORGANIZATION, []) == {}

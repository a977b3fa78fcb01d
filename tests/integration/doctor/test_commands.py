"""``chosei`` on the machine, with a folder of settings: doctor, rotate-keys and migrate against real parts."""

import base64
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from shared.crypto import KeyRing
from tests.builders import BUS_KEYS
from tests.infrastructure.broker import Broker
from tests.infrastructure.command_line import chosei

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def folder(tmp_path: Path, broker: Broker, database_url: str) -> Path:
    """The settings of calendar_sync, which nobody runs here."""
    write(tmp_path, broker.url("calendar_sync"), database_url, f"{NEW},{OLD}")
    return tmp_path


def write(folder: Path, amqp_url: str, mongo_url: str, keys: str) -> None:
    lines = {"AMQP_URL": amqp_url, "MONGO_URL": mongo_url, "BUS_KEYS": BUS_KEYS, "DATA_KEYS": keys}
    text = "".join(f"CHOSEI_{name}={value}\n" for name, value in lines.items())
    (folder / "calendar_sync.env").write_text(text)


async def store_a_note(database_url: str, key: str) -> None:
    note = KeyRing.parse(key).encrypt(b"note", place="appointments/apt_1/note")
    async with AsyncMongoClient[dict[str, Any]](database_url) as client:
        await client.get_default_database()["appointments"].insert_one({"_id": "apt_1", "note": note})


async def test_doctor_ends_with_one_where_something_is_wrong_and_shows_no_secret(
    folder: Path, broker: Broker, database_url: str
) -> None:
    wrong = broker.url("calendar_sync").replace(broker.passwords["calendar_sync"], "hunter2")
    write(folder, wrong, database_url, f"{NEW},{OLD}")
    said = await chosei("doctor", "--settings", str(folder))
    assert said.code == 1
    (line,) = [line for line in said.lines if line.startswith("wrong")]
    assert "refuses the user or the password" in line
    secrets = ("hunter2", NEW.partition(":")[2], OLD.partition(":")[2], database_url)
    assert not [secret for secret in secrets if secret in said.output + said.errors]


async def test_doctor_ends_with_zero_where_all_is_well_and_says_so_to_programs(folder: Path) -> None:
    said = await chosei("doctor", "--settings", str(folder), "--json")
    assert (said.code, said.json["ok"]) == (0, True)
    proved = {one["what"] for one in said.json["findings"] if one["state"] == "ok"}
    assert {"keys", "time zones", "broker", "database", "clock", "secrets at rest"} <= proved


async def test_g26_rotating_wraps_what_is_stored_and_then_nothing_needs_the_old_key(
    folder: Path, broker: Broker, database_url: str
) -> None:
    await store_a_note(database_url, OLD)
    said = await chosei("rotate-keys", "--settings", str(folder))
    words = "calendar_sync: 1 values wrapped anew, nothing needs another key than new now"
    assert (said.code, said.lines) == (0, [words])
    write(folder, broker.url("calendar_sync"), database_url, NEW)
    findings = (await chosei("doctor", "--settings", str(folder), "--json")).json["findings"]
    assert "1 values open with the key new" in [one["found"] for one in findings]


async def test_g26_a_key_that_is_gone_is_named_and_ends_with_one(
    folder: Path, broker: Broker, database_url: str
) -> None:
    await store_a_note(database_url, OLD)
    write(folder, broker.url("calendar_sync"), database_url, NEW)
    said = await chosei("rotate-keys", "--settings", str(folder))
    assert said.code == 1
    assert "key 'old' is not in the key ring" in said.output


async def test_a_database_is_brought_up_to_date(folder: Path) -> None:
    said = await chosei("migrate", "--settings", str(folder))
    assert (said.code, said.lines) == (0, ["calendar_sync: is up to date"])


async def test_without_settings_it_ends_with_two() -> None:
    said = await chosei("doctor")
    assert (said.code, said.output) == (2, "")
    assert "--settings FOLDER" in said.errors

"""Keys are rotated without losing a secret (G26)."""

import base64

from services.calendar_sync.rotate import rewrap_all
from shared import mongo
from shared.contracts.zoom_issuer import MeetingIssued
from shared.crypto import KeyRing
from tests.builders import DATA_KEYS
from tests.integration.calendar_sync.conftest import World, a_meeting, patiently

NEW_KEY = "d2:" + base64.b64encode(b"n" * 32).decode()


async def test_g26_after_a_rotation_the_old_key_is_needed_no_more(world: World) -> None:
    await world.connect("stf_taro")
    await world.bus.publish(a_meeting(MeetingIssued))
    await world.confirm()
    await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_written.v1"))
    client, database = mongo.connect(world.database_url, app_name="test")
    assert await rewrap_all(database, KeyRing.parse(f"{NEW_KEY},{DATA_KEYS}")) >= 4
    assert await rewrap_all(database, KeyRing.parse(NEW_KEY)) == 0
    row = await database["appointments"].find_one({"_id": "apt_1"})
    await mongo.close(client)
    assert row is not None
    assert KeyRing.parse(NEW_KEY).decrypt(row["note"], place="appointments/apt_1/note") == "内部メモ".encode()

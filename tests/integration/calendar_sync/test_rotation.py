"""Keys are rotated without losing a secret (G26)."""

from services.calendar_sync.rotate import SECRETS
from shared.contracts.zoom_issuer import MeetingIssued
from shared.crypto import KeyRing
from tests.builders import DATA_KEYS
from tests.infrastructure.rotation import NEW_KEY, rotate
from tests.integration.calendar_sync.conftest import World, a_meeting, patiently


async def test_g26_after_a_rotation_the_old_key_is_needed_no_more(world: World) -> None:
    await world.connect("stf_taro")
    await world.bus.publish(a_meeting(MeetingIssued))
    await world.confirm()
    await patiently(lambda: world.bus.of("calendar_sync.calendar_entry_written.v1"))
    changed, left = await rotate(world.database, DATA_KEYS, SECRETS)
    assert changed >= 4
    assert left == []
    row = await world.database["appointments"].find_one({"_id": "apt_1"})
    assert row is not None
    assert KeyRing.parse(NEW_KEY).decrypt(row["note"], place="appointments/apt_1/note") == "内部メモ".encode()

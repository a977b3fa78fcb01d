"""Keys at rest are rotated without losing a secret (G26)."""

from services.zoom_issuer.rotate import SECRETS
from services.zoom_issuer.store.meetings import MeetingStore
from shared.crypto import KeyRing
from tests.builders import DATA_KEYS
from tests.infrastructure.rotation import NEW_KEY, rotate
from tests.integration.zoom_issuer.conftest import REDIRECT, World, unsealed
from tests.integration.zoom_issuer.test_meetings import confirmed
from tests.waiting import eventually


async def test_g26_after_a_rotation_the_old_key_is_needed_no_more(world: World) -> None:
    await world.connect()
    body = {"email": "hana@example.jp", "redirect_uri": REDIRECT}
    await world.issuer.post("/internal/connections/zoom/authorize", json=body, headers=world.identity("stf_hana"))
    event = confirmed()
    await world.bus.publish(event)
    [issued] = await eventually(world.issued)
    assert await rotate(world.database, DATA_KEYS, SECRETS) == (4, [])
    store = MeetingStore(world.database, KeyRing.parse(NEW_KEY))
    row = await store.get(event.subject)
    assert row is not None
    assert store.secrets(row) == unsealed(issued)

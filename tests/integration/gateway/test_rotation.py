"""Keys at rest are rotated without losing an answer (G26)."""

from services.gateway.rotate import SECRETS
from shared.crypto import KeyRing
from shared.rotation import rewrap_all
from tests.infrastructure.rotation import NEW_KEY, rotate
from tests.integration.gateway.fakes import SLOT
from tests.integration.gateway.installation import KEYS, Installation

BODY = {"slots": [SLOT], "guest": {"name": "田中花子"}, "send_mail": False}


async def test_g26_after_a_rotation_the_old_key_is_needed_no_more(gateway: Installation) -> None:
    key = {"idempotency-key": "rotated"}
    first = await gateway.taro.post("/api/v1/proposals", json=BODY, headers=key)
    database = gateway.parts.organizations.organizations.database
    changed, left = await rotate(database, KEYS, SECRETS)
    assert changed >= 2
    assert left == []
    assert await rewrap_all(database, KeyRing.parse(f"{KEYS},{NEW_KEY}"), SECRETS) >= 2
    again = await gateway.taro.post("/api/v1/proposals", json=BODY, headers=key)
    assert again.content == first.content

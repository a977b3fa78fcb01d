"""Keys at rest are rotated without losing a secret (G26)."""

import os
from datetime import timedelta

from services.notifier.endpoints import endpoint_of
from services.notifier.rotate import SECRETS
from services.notifier.store import Safe
from services.notifier.webhook_secrets import WebhookSafe
from shared.contracts.booking import SlotsProposed
from shared.crypto import KeyRing
from tests.infrastructure.rotation import NEW_KEY, rotate
from tests.integration.notifier.conftest import NewNotifier, PostOffice
from tests.integration.notifier.hooks import at_the_desk
from tests.unit.notifier.builders import APPOINTMENT_ID, DATA_KEYS, confirmed, meeting_issued, proposal_event
from tests.waiting import eventually


async def test_g26_after_a_rotation_the_old_key_is_needed_no_more(
    new_notifier: NewNotifier, post_office: PostOffice
) -> None:
    notifier = await new_notifier(retry_first=timedelta(minutes=1), retry_most=timedelta(minutes=1))
    post_office.lose = 4

    async def waits() -> bool:
        kept = (await notifier.matter(APPOINTMENT_ID)).get("deliveries", {})
        return len(kept) == 2 and all(one.get("message") for one in kept.values())

    await notifier.hear(confirmed(), meeting_issued(), proposal_event(SlotsProposed))
    await eventually(waits)
    changed, left = await rotate(notifier.database, DATA_KEYS, SECRETS)
    assert left == []
    assert changed >= 4
    safe, row = Safe(KeyRing.parse(NEW_KEY)), await notifier.matter(APPOINTMENT_ID)
    mails = [safe.open_mail(one["message"], about=APPOINTMENT_ID) for one in row["deliveries"].values()]
    assert all(b"Message-ID" in mail for mail in mails)


async def test_g26_secrets_of_webhooks_are_rotated_too(new_notifier: NewNotifier) -> None:
    async with at_the_desk(new_notifier) as desk:
        made = await desk.make("http://127.0.0.1:9/hook")
        rotated = (await desk.ask("POST", f"/{made['id']}/rotate-secret", {})).json()
        _, left = await rotate(desk.notifier.database, DATA_KEYS, SECRETS)
        assert left == []
        row = await desk.notifier.database["webhook_endpoints"].find_one({"_id": made["id"]})
        safe = WebhookSafe(KeyRing.parse(NEW_KEY), os.urandom)
        endpoint = endpoint_of(row or {})
        assert safe.open(endpoint, endpoint.secret) == rotated["secret"]
        assert safe.open(endpoint, endpoint.old_secret or "") == made["secret"]

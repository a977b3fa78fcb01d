"""Which endpoints an event is filed for (X1): the database is asked once for all events that come together."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any, cast

from services.notifier.model.webhooks import Delivery, Endpoint
from services.notifier.usecases.file_webhooks import FileWebhooks
from shared.contracts.zoom_issuer import MeetingRevoked
from tests.builders import ORGANIZATION, an_event
from tests.unit.notifier.test_webhooks import an_endpoint
from tests.waiting import eventually

WANTED = an_endpoint(organization_id=ORGANIZATION, events=("zoom_issuer.*",))


class Stores:
    """Endpoints, deliveries and matters in one; what is asked is read at once and answered when ``may_answer``."""

    def __init__(self) -> None:
        self.known: list[Endpoint] = []
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.subjects: list[str] = []

    async def of_organization(self, organization_id: str) -> list[Endpoint]:
        self.asked += 1
        found = [one for one in self.known if one.organization_id == organization_id]
        await self.may_answer.wait()
        return found

    async def filed(self, endpoint_ids: Sequence[str]) -> None:
        assert endpoint_ids == [WANTED.endpoint_id]

    async def file(self, deliveries: Sequence[Delivery], body: bytes, about: Collection[str]) -> None:
        self.subjects += [one.subject for one in deliveries]

    async def any_erased(self, about: Collection[str]) -> bool:
        return False


class Desk:
    def __init__(self) -> None:
        self.stores = Stores()
        stores = cast(Any, self.stores)
        self._file = FileWebhooks(stores, stores, stores, [MeetingRevoked.routing_key], lambda _: None)

    def hear(self, subject: str) -> asyncio.Task[None]:
        event = an_event(MeetingRevoked(appointment_id=subject, revision=1), subject=subject)
        return asyncio.create_task(self._file.file(event.to_wire()))


async def test_events_that_come_together_ask_for_endpoints_once() -> None:
    desk = Desk()
    desk.stores.may_answer.set()
    await asyncio.gather(*(desk.hear(f"apt_{number}") for number in range(50)))
    assert (desk.stores.asked, desk.stores.subjects) == (1, [])


async def test_an_endpoint_that_was_added_while_others_asked_gets_the_event_that_came_after_it() -> None:
    desk = Desk()
    before = desk.hear("before")
    await eventually(lambda: desk.stores.asked == 1)
    desk.stores.known.append(WANTED)
    after = desk.hear("after")
    desk.stores.may_answer.set()
    await asyncio.gather(before, after)
    assert (desk.stores.asked, desk.stores.subjects) == (2, ["after"])

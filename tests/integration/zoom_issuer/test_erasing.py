"""Erasing a guest (X5): nothing but the id of an appointment is left, over which nothing is newer."""

from bson import json_util

from services.zoom_issuer.usecases.erase_guest import EraseGuest
from shared.erasing import Erased, ToErase
from tests.builders import ORGANIZATION
from tests.integration.zoom_issuer.workshop import Workshop, wanted

WANTED = ToErase(ORGANIZATION, appointment_ids=("apt_1",))
PERSONAL = ("田中花子", "ABC株式会社")


async def test_x5_topic_and_link_go_and_the_meeting_is_said_to_be_left_at_zoom(shop: Workshop) -> None:
    await shop.connect()
    await shop.want(wanted())
    await shop.work()
    erase = EraseGuest(shop.store)
    assert await erase(WANTED) == Erased(waiting=1)
    await shop.store.meetings.update_many({}, {"$set": {"outbox": []}})
    assert await erase(WANTED) == Erased(left_outside=1)
    left = json_util.dumps(await shop.row(), ensure_ascii=False)
    assert [word for word in PERSONAL if word in left] == []
    assert "secrets" not in await shop.row()
    assert await erase(WANTED) == Erased()


async def test_x5_what_is_under_way_is_done_first(shop: Workshop) -> None:
    await shop.connect()
    await shop.want(wanted())
    await shop.work()
    await shop.want(wanted(canceled=True, revision=2))
    erase = EraseGuest(shop.store)
    assert await erase(WANTED) == Erased(waiting=1)
    await shop.work()
    await shop.store.meetings.update_many({}, {"$set": {"outbox": []}})
    assert (await erase(WANTED), shop.zoom.meetings) == (Erased(), {})


async def test_x5_late_revisions_bring_nothing_back_also_where_nothing_was_heard_before(shop: Workshop) -> None:
    erase = EraseGuest(shop.store)
    assert await erase(WANTED) == Erased()
    assert await shop.want(wanted(revision=9)) is False
    await shop.work()
    left = json_util.dumps(await shop.row(), ensure_ascii=False)
    assert [word for word in PERSONAL if word in left] == []
    assert shop.zoom.asked == []

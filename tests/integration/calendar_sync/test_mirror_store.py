"""What is read under an old lease or an old link changes nothing any more (G3)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from services.calendar_sync.model.busy import BusyEntry, BusyKind, Window
from services.calendar_sync.model.calendars import MAIN, CalendarChoice
from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.providers.protocol import Reading
from services.calendar_sync.store.busy import BusyTimes, Published
from services.calendar_sync.store.mirrors import Mirrors
from shared import clock, mongo
from shared.contracts.calendar_sync import BusyTimesChanged, Provider
from shared.crypto import KeyRing
from shared.messaging.relay import Relay
from tests.builders import DATA_KEYS, ORGANIZATION, an_event, tomorrow_at

WINDOW = Window(tomorrow_at(0), tomorrow_at(23))
LINK = Connection(
    "stf_1.google",
    ORGANIZATION,
    "stf_1",
    Provider.GOOGLE,
    ConnectionStatus.CONNECTED,
    "taro@example.jp",
    tomorrow_at(0),
)
HELD = {"_id": LINK.connection_id, "lease.token": "mine", "link": 1}
READING = Reading([BusyEntry("abc", tomorrow_at(4), tomorrow_at(5), BusyKind.BUSY)], cursor="next", whole=True)


class Silent:
    """A relay that leaves events where they are."""

    def publish_soon(self, *_: Any) -> None:
        return None


@pytest.fixture
async def mirrors(database: mongo.Database) -> Mirrors:
    made = Mirrors(database.client, database["mirrors"], database["mirror_entries"], KeyRing.parse(DATA_KEYS))
    await made.begin(LINK)
    await made.collection.update_one({"_id": LINK.connection_id}, {"$set": {"lease": {"token": "mine"}}})
    return made


async def take_in(mirrors: Mirrors) -> bool | None:
    now = clock.now()
    taken = await mirrors.take_in(HELD, READING, window=WINDOW, read_at=now, due_at=now + timedelta(minutes=1))
    return None if taken is None else bool(taken.changed)


async def known(mirrors: Mirrors) -> list[str]:
    return [entry.entry_id for _, entry in await mirrors.in_span([LINK.connection_id], WINDOW)]


async def test_a_read_is_taken_in_once_and_changes_nothing_again(mirrors: Mirrors) -> None:
    assert await take_in(mirrors) is True
    assert await take_in(mirrors) is False
    assert await known(mirrors) == ["abc"]


async def test_a_worker_that_was_overtaken_changes_neither_cursor_nor_entries(mirrors: Mirrors) -> None:
    await mirrors.collection.update_one({"_id": LINK.connection_id}, {"$set": {"lease.token": "another's"}})
    assert await take_in(mirrors) is None
    assert await known(mirrors) == []


async def test_what_is_read_of_a_calendar_that_was_disconnected_is_dropped(mirrors: Mirrors) -> None:
    await mirrors.forget(LINK.connection_id)
    assert await take_in(mirrors) is None
    assert await known(mirrors) == []


async def test_g03_another_account_begins_with_nothing_and_the_former_ones_read_is_dropped(mirrors: Mirrors) -> None:
    await take_in(mirrors)
    await mirrors.begin(replace(LINK, link=2, account="other@example.jp"))
    assert await known(mirrors) == []
    assert await take_in(mirrors) is None


async def test_the_same_account_keeps_what_was_read_and_is_read_anew(mirrors: Mirrors) -> None:
    await take_in(mirrors)
    again = replace(LINK, link=2)
    assert await mirrors.of_links([again]) == {}
    await mirrors.begin(again)
    [mirror] = (await mirrors.of_links([again])).values()
    assert (mirror.cursor, mirror.read_at is not None) == (None, True)
    assert await known(mirrors) == ["abc"]


async def test_busy_times_of_before_a_new_link_are_not_published_after_it(database: mongo.Database) -> None:
    busy = BusyTimes(database["busy_times"], cast(Relay, Silent()))
    at = clock.now()
    data = BusyTimesChanged(staff_id="stf_1", read_at=at, window_start_at=at, window_end_at=at, months=[])
    assert await busy.publish("stf_1", Published(), {}, an_event(data, subject="stf_1", version=7))
    before = await busy.published("stf_1")
    await busy.forget_months("stf_1")
    assert not await busy.publish("stf_1", before, {}, an_event(data, subject="stf_1", version=9))


async def test_a_mirror_from_when_there_was_one_calendar_only_goes_on_as_the_main_one_s(mirrors: Mirrors) -> None:
    await take_in(mirrors)
    former = {"$unset": {"connection_id": "", "calendar_id": ""}}
    await mirrors.collection.update_one({"_id": LINK.connection_id}, former)
    assert await mirrors.begin(LINK) == [LINK.connection_id]
    known_as = (await mirrors.of_links([LINK]))[LINK.connection_id]
    assert (known_as.connection_id, known_as.calendar_id, known_as.cursor) == (LINK.connection_id, MAIN, "next")
    await mirrors.forget(LINK.connection_id)
    assert (await mirrors.of_links([LINK]), await known(mirrors)) == ({}, [])


async def test_each_chosen_calendar_has_entries_of_its_own(mirrors: Mirrors) -> None:
    both = replace(LINK, calendars=CalendarChoice(busy=(MAIN, "private")))
    names = await mirrors.begin(both)
    await mirrors.collection.update_one({"_id": names[1]}, {"$set": {"lease": {"token": "mine"}}})
    now = clock.now()
    for name in names:
        held = {**HELD, "_id": name}
        await mirrors.take_in(held, READING, window=WINDOW, read_at=now, due_at=now + timedelta(minutes=1))
    assert [name for name, _ in await mirrors.in_span(names, WINDOW)] == names
    await mirrors.drop({**HELD, "_id": names[1]})
    assert list(await mirrors.of_links([both])) == [names[0]]
    assert [name for name, _ in await mirrors.in_span(names, WINDOW)] == [names[0]]

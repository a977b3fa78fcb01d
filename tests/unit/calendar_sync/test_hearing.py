"""Notifications of one calendar that come together are written once, and none is answered before (G16)."""

import asyncio
from datetime import datetime, timedelta
from typing import cast

import orjson
import pytest

from services.calendar_sync.store.mirrors import Mirrors
from services.calendar_sync.usecases.watch import HearNotification


class Written:
    """Stands in for the mirrors."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self.looked_up: list[str] = []
        self.fails = False

    async def watched_as(self, watch_id: str) -> tuple[str, str] | None:
        self.looked_up.append(watch_id)
        return (f"con_{watch_id}", "secret") if watch_id != "unknown" else None

    async def notified(self, connection_id: str, at: datetime) -> None:
        if self.fails:
            raise ConnectionError
        self.marks.append(connection_id)


def hearing(written: Written) -> HearNotification:
    return HearNotification(cast(Mirrors, written), gather=timedelta(milliseconds=20))


def from_google(channel: str, token: str = "secret") -> dict[str, str]:
    return {"X-Goog-Channel-ID": channel, "X-Goog-Channel-Token": token, "X-Goog-Resource-State": "exists"}


async def test_many_of_one_calendar_share_a_write_and_others_have_their_own() -> None:
    written = Written()
    hear = hearing(written)
    await asyncio.gather(*(hear.google(from_google(name)) for name in ("a", "b", "a", "a", "b")))
    assert sorted(written.marks) == ["con_a", "con_b"]


async def test_those_of_one_body_share_a_write_too() -> None:
    written = Written()
    notices = [{"subscriptionId": name, "clientState": "secret"} for name in ("a", "b", "a", "a", "unknown")]
    heard = await hearing(written).microsoft({}, orjson.dumps({"value": notices}).decode())
    assert (heard.status, sorted(written.marks)) == (202, ["con_a", "con_b"])


async def test_one_that_comes_after_the_write_is_written_too() -> None:
    written = Written()
    hear = hearing(written)
    await hear.google(from_google("a"))
    await hear.google(from_google("a"))
    assert written.marks == ["con_a", "con_a"]
    assert written.looked_up == ["a"]


async def test_where_it_cannot_be_written_all_are_told_so_and_come_again() -> None:
    written = Written()
    hear, written.fails = hearing(written), True
    answers = await asyncio.gather(*(hear.google(from_google("a")) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError] * 3
    written.fails = False
    assert (await hear.google(from_google("a"))).status == 200
    assert written.marks == ["con_a"]


async def test_who_hangs_up_takes_nothing_from_the_others() -> None:
    written = Written()
    hear = hearing(written)
    first, second = (asyncio.create_task(hear.google(from_google("a"))) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).status == 200
    assert written.marks == ["con_a"]


@pytest.mark.parametrize(("channel", "token"), [("unknown", "secret"), ("a", "another"), ("", "")])
async def test_g23_a_wrong_secret_and_an_unknown_channel_are_answered_alike(channel: str, token: str) -> None:
    written = Written()
    assert (await hearing(written).google(from_google(channel, token))).status == 200
    assert written.marks == []

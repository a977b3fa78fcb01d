"""How often one mailbox is asked, and when it is left alone (G20)."""

import time
from datetime import timedelta

import httpx
import pytest

from services.calendar_sync.providers import google_errors
from services.calendar_sync.providers.calls import ProviderApi
from services.calendar_sync.providers.mailbox import Mailbox, Mailboxes, Pace
from shared.providers import ProviderThrottled
from tests.unit.calendar_sync.test_errors import Token, answering

MINUTE = timedelta(minutes=1)


def api_of(*answers: httpx.Response) -> tuple[ProviderApi, list[httpx.Request]]:
    client, asked = answering(*answers)
    return ProviderApi("google", client, google_errors.error_of), asked


async def ask(api: ProviderApi, mailbox: Mailbox) -> None:
    async with mailbox.slot():
        await api.call("events.get", Token(), "GET", "http://provider/events/1")


async def test_a_mailbox_that_asked_for_silence_is_left_alone() -> None:
    mailbox = Mailbox(4, Pace(100, MINUTE))
    with pytest.raises(ProviderThrottled):
        async with mailbox.slot():
            raise ProviderThrottled("429", retry_after=timedelta(seconds=60))
    with pytest.raises(ProviderThrottled) as caught:
        async with mailbox.slot():
            pytest.fail("asked although silence was wanted")
    assert caught.value.retry_after > timedelta(seconds=50)


async def test_g20_no_more_requests_than_the_window_has_room_for_and_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    api, asked = api_of(*(httpx.Response(200, json={"id": "1"}) for _ in range(9)))
    mailboxes = Mailboxes(4, Pace(3, MINUTE))
    for at in (0, 20, 40):
        now[0] = 1000.0 + at
        await ask(api, mailboxes.of("con_1"))
    with pytest.raises(ProviderThrottled) as caught:
        await ask(api, mailboxes.of("con_1"))
    assert (len(asked), caught.value.retry_after) == (3, timedelta(seconds=20))
    await ask(api, mailboxes.of("con_2"))
    now[0] += 20
    await ask(api, mailboxes.of("con_1"))
    assert len(asked) == 5


async def test_g20_a_repeat_with_a_fresh_token_counts_too() -> None:
    api, asked = api_of(httpx.Response(401), httpx.Response(200, json={"id": "1"}), httpx.Response(200, json={}))
    mailbox = Mailbox(4, Pace(2, MINUTE))
    await ask(api, mailbox)
    with pytest.raises(ProviderThrottled):
        await ask(api, mailbox)
    assert len(asked) == 2


async def test_g20_googles_403_for_the_user_silences_the_mailbox_as_long_as_it_says() -> None:
    body = {"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}}
    api, asked = api_of(httpx.Response(403, json=body, headers={"retry-after": "30"}), httpx.Response(200, json={}))
    mailbox = Mailbox(4, Pace(100, MINUTE))
    for _ in range(2):
        with pytest.raises(ProviderThrottled) as caught:
            await ask(api, mailbox)
    assert len(asked) == 1
    assert timedelta(seconds=25) < caught.value.retry_after <= timedelta(seconds=30)

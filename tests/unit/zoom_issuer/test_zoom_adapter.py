"""Zoom's odd answers, in our five errors."""

from datetime import UTC, datetime

import httpx
import pytest

from services.zoom_issuer.providers import MeetingRequest, ScopesMissing
from services.zoom_issuer.providers.zoom import ZoomApi, to_body
from shared import http
from shared.providers import (
    CredentialRevoked,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
)

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
REQUEST = MeetingRequest("T", "[x]", NOON, 30, "Asia/Tokyo", "123456")


def test_times_go_out_as_local_wall_clock_without_z() -> None:
    body = to_body(REQUEST)
    assert (body["start_time"], body["timezone"]) == ("2026-12-01T21:00:00", "Asia/Tokyo")


def an_api(answer: httpx.Response) -> ZoomApi:
    client = http.client("https://zoom.example", transport=httpx.MockTransport(lambda request: answer))
    return ZoomApi(client)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, 124, CredentialRevoked),
        (400, 4711, ScopesMissing),
        (400, 300, ProviderRefused),
        (429, 429, ProviderThrottled),
        (503, None, ProviderUnavailable),
    ],
)
async def test_g26_reasons_are_codes_and_never_zooms_own_words(
    status: int, code: int | None, kind: type[ProviderError]
) -> None:
    answer = httpx.Response(status, json={"code": code, "message": "User taro@example.jp may not"})
    with pytest.raises(ProviderError) as caught:
        await an_api(answer).create("token", "me", REQUEST)
    assert type(caught.value) is kind
    assert caught.value.reason == (f"zoom: {status}/{code}" if code else f"zoom: {status}")


async def test_an_answer_without_a_link_is_unknown_and_not_a_meeting() -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        await an_api(httpx.Response(201, json={"id": 1})).create("token", "me", REQUEST)
    assert caught.value.unknown

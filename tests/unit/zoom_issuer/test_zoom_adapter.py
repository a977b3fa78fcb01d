"""Zoom's odd answers, in our five errors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.zoom_issuer.model_series import OccurrenceWish
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

NOON, DAY = datetime(2026, 12, 1, 12, 0, tzinfo=UTC), timedelta(days=1)
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


def an_occurrence(occurrence_id: str, start_at: datetime, minutes: int = 30) -> dict[str, Any]:
    return {
        "occurrence_id": occurrence_id,
        "start_time": start_at.isoformat(),
        "duration": minutes,
        "status": "available",
    }


@pytest.mark.parametrize(
    ("standing", "changed"),
    [
        ([("1", NOON), ("2", NOON + DAY)], ["1"]),
        ([("1", NOON + DAY)], []),
        ([("2", NOON + DAY), ("1", NOON)], ["1"]),
    ],
    ids=["another-stands-there", "moved-already", "in-any-order"],
)
async def test_e6_an_occurrence_that_moves_to_where_another_stands_is_moved(
    standing: list[tuple[str, datetime]], changed: list[str]
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.method == "PATCH":
            return httpx.Response(204)
        return httpx.Response(200, json={"id": 1, "occurrences": [an_occurrence(*one) for one in standing]})

    api = ZoomApi(http.client("https://zoom.example", transport=httpx.MockTransport(answer)))
    wish = OccurrenceWish(original_start_at=NOON, start_at=NOON + DAY, minutes=30, canceled=False)
    await api.change_occurrence("token", "1", wish, begins_at=NOON, time_zone="Asia/Tokyo")
    assert [one.url.params["occurrence_id"] for one in asked if one.method == "PATCH"] == changed

"""Buildings, the choice among them, and rooms with what two services say of them (R7, V3)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.gateway.fakes import Answer, a_problem
from tests.integration.gateway.installation import Installation

SPAN = {"from": "2030-12-02T13:00:00+09:00", "to": "2030-12-02T14:00:00+09:00"}
HONSHA, OSAKA = "bld_honsha", "bld_osaka"


def a_directory(status: str = "ready") -> dict[str, Any]:
    return {
        "status": status,
        "buildings": [
            {"id": HONSHA, "name": "本社", "provider": "google"},
            {"id": OSAKA, "name": "大阪支社", "provider": "microsoft"},
        ],
        "rooms": [
            {"id": "rom_umeda", "name": "梅田", "building_ids": [OSAKA], "capacity": 6, "provider": "microsoft"},
            {"id": "rom_fuji", "name": "富士", "building_ids": [HONSHA], "capacity": 4, "provider": "google"},
            {"id": "rom_hakone", "name": "箱根", "building_ids": [HONSHA], "capacity": None, "provider": "google"},
            {"id": "rom_hall", "name": "大会議室", "building_ids": [HONSHA], "capacity": 24, "provider": "google"},
        ],
    }


@pytest.fixture(autouse=True)
async def _rooms(gateway: Installation) -> AsyncIterator[None]:
    says = gateway.services.says
    says("calendar_sync", "GET /internal/rooms", Answer(200, a_directory()))
    says("calendar_sync", "POST /internal/rooms/read", Answer(202, a_directory("unreadable")))
    busy = [{"id": "rom_fuji", "busy": False}, {"id": "rom_hakone", "busy": True}, {"id": "rom_hall", "busy": None}]
    says("calendar_sync", "POST /internal/rooms/busy", Answer(200, {"items": busy}))
    says("booking", "POST /internal/rooms/claimed", Answer(200, {"room_ids": []}))
    yield
    await gateway.parts.staff.choose_buildings(gateway.ids["taro@example.jp"], [])


async def choose(gateway: Installation, *building_ids: str) -> Any:
    return await gateway.taro.put("/api/v1/me/buildings", json={"building_ids": list(building_ids)})


async def free(gateway: Installation, **query: str) -> dict[str, bool | None]:
    answer = await gateway.taro.get("/api/v1/rooms", params=query or SPAN)
    return {room["name"]: room["free"] for room in answer.raise_for_status().json()["items"]}


async def test_rooms_and_buildings_come_in_pages_where_that_is_asked_for(gateway: Installation) -> None:
    await choose(gateway, HONSHA)
    for path, whole in (("/api/v1/rooms", 3), ("/api/v1/buildings", 2)):
        listed = (await gateway.taro.get(path)).json()
        assert (len(listed["items"]), listed["next_cursor"]) == (whole, None)
        first = (await gateway.taro.get(path, params={"limit": "1"})).json()
        rest = (await gateway.taro.get(path, params={"limit": "9", "cursor": first["next_cursor"]})).json()
        assert [*first["items"], *rest["items"]] == listed["items"]
        assert rest["next_cursor"] is None
        assert (await gateway.taro.get(path, params={"cursor": "eA"})).json()["code"] == "cursor_invalid"


async def test_buildings_are_chosen_for_oneself_and_stay_chosen(gateway: Installation) -> None:
    shown = (await gateway.taro.get("/api/v1/buildings")).json()
    assert shown["status"] == "ready"
    assert shown["items"][0] == {"id": HONSHA, "name": "本社", "provider": "google", "chosen": False}
    assert (await choose(gateway, OSAKA, OSAKA)).status_code == 200
    items = (await gateway.taro.get("/api/v1/buildings")).json()["items"]
    assert [item["name"] for item in items if item["chosen"]] == ["大阪支社"]
    assert not any(item["chosen"] for item in (await gateway.admin.get("/api/v1/buildings")).json()["items"])
    await gateway.taro.patch("/api/v1/me", json={"kana": "やまだたろう "})
    assert [item["chosen"] for item in (await gateway.taro.get("/api/v1/buildings")).json()["items"]] == [False, True]


async def test_an_unknown_building_is_refused_where_it_stands(gateway: Installation) -> None:
    answer = await choose(gateway, HONSHA, "bld_nowhere")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_building")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/building_ids/1"]
    assert not any(item["chosen"] for item in (await gateway.taro.get("/api/v1/buildings")).json()["items"])


@pytest.mark.parametrize("status", ["not_connected", "unreadable"])
async def test_v3_without_a_readable_directory_the_answer_says_so(gateway: Installation, status: str) -> None:
    body = {"status": status, "buildings": [], "rooms": []}
    gateway.services.says("calendar_sync", "GET /internal/rooms", Answer(200, body))
    nothing = {"items": [], "next_cursor": None, "status": status}
    assert (await gateway.taro.get("/api/v1/buildings")).json() == nothing
    assert (await gateway.taro.get("/api/v1/rooms", params=SPAN)).json() == nothing


async def test_r7_rooms_of_the_chosen_buildings_say_whether_they_are_free(gateway: Installation) -> None:
    assert await free(gateway) == {}
    await choose(gateway, HONSHA)
    assert await free(gateway) == {"富士": True, "箱根": False, "大会議室": None}
    gateway.services.says("booking", "POST /internal/rooms/claimed", Answer(200, {"room_ids": ["rom_fuji"]}))
    assert await free(gateway) == {"富士": False, "箱根": False, "大会議室": None}


async def test_what_nobody_tells_is_unknown_and_never_free(gateway: Installation) -> None:
    await choose(gateway, HONSHA, OSAKA)
    gateway.services.says("calendar_sync", "POST /internal/rooms/busy", Answer(503, a_problem(503, "unavailable")))
    assert set((await free(gateway)).values()) == {None}
    items = (await gateway.taro.get("/api/v1/rooms")).json()["items"]
    assert [(item["name"], item["building_name"], item["free"]) for item in items][-1] == ("梅田", "大阪支社", None)
    gateway.services.down.add("booking")
    assert (await gateway.taro.get("/api/v1/rooms", params=SPAN)).status_code == 503


@pytest.mark.parametrize(
    "query", [{"from": SPAN["from"]}, {"from": SPAN["to"], "to": SPAN["from"]}, {**SPAN, "to": "2031-12-02T13:00:00Z"}]
)
async def test_an_odd_span_is_refused(gateway: Installation, query: dict[str, str]) -> None:
    answer = await gateway.taro.get("/api/v1/rooms", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "range_invalid")


async def test_rooms_are_read_again_on_demand(gateway: Installation) -> None:
    answer = await gateway.taro.post("/api/v1/buildings/refresh")
    assert (answer.status_code, answer.json()["status"]) == (202, "unreadable")


async def test_v3_only_administrators_connect_with_rooms(gateway: Installation) -> None:
    way = "/api/v1/connections/google/authorize"
    assert (await gateway.taro.post(way, json={"rooms": True})).status_code == 403
    assert (await gateway.taro.post(way, json={"rooms": False})).status_code == 200
    assert (await gateway.taro.post(way)).status_code == 200
    assert b'"rooms"' not in gateway.services.last("calendar_sync").content
    assert (await gateway.admin.post(way, json={"rooms": True})).status_code == 200
    assert b'"rooms":true' in gateway.services.last("calendar_sync").content
    answer = await gateway.admin.post("/api/v1/connections/zoom/authorize", json={"rooms": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_rooms")


async def test_administrators_are_offered_rooms_on_the_page_of_connections(gateway: Installation) -> None:
    async with gateway.pages("admin@example.jp") as browser:
        assert "会議室の読み取りも許可する" in (await browser.get("/connections")).text
    async with gateway.pages("taro@example.jp") as browser:
        assert "会議室の読み取りも許可する" not in (await browser.get("/connections")).text

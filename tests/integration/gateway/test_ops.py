"""Operations in the API (X7): administrators only, all services side by side, and one that does not answer is named."""

from typing import Any

import orjson
import pytest

from tests.integration.gateway.fakes import Answer, a_problem
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.operation_views import SERVICES, a_dead_letter, an_owed_effect, some_operations

OPS = "/api/v1/ops"
EFFECT = an_owed_effect()["id"]
LETTER = a_dead_letter()["id"]
CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/pipeline", None),
    ("GET", "/dead-letters", None),
    ("POST", "/dead-letters/replay", {"service": "notifier"}),
    ("POST", f"/dead-letters/{LETTER}/replay", None),
    ("POST", f"/dead-letters/{LETTER}/discard", {"reason": "不要"}),
    ("GET", "/effects", None),
    ("POST", "/effects/retry", {}),
    ("POST", f"/effects/{EFFECT}/retry", None),
    ("POST", f"/effects/{EFFECT}/give-up", {"reason": "不要"}),
    ("POST", "/reconcile", None),
    ("GET", "/decisions", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_administrators_may_and_members_may_not(gateway: Installation, method: str, path: str, body: Any) -> None:
    answer = await gateway.admin.request(method, OPS + path, json=body)
    assert answer.status_code in (200, 202), answer.text
    before = len(gateway.services.asked)
    refused = await gateway.taro.request(method, OPS + path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await gateway.anyone.request(method, OPS + path, json=body)).status_code == 401
    assert len(gateway.services.asked) == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/dead-letters?service=notifer", None),
        ("GET", "/effects?service=notifer", None),
        ("POST", "/dead-letters/replay", {"service": "notifer"}),
        ("POST", "/effects/retry", {"service": "notifer"}),
    ],
)
async def test_a_service_that_does_not_exist_is_none_where_nothing_failed(
    gateway: Installation, method: str, path: str, body: Any
) -> None:
    refused = await gateway.admin.request(method, OPS + path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_x7_the_pipeline_shows_all_six_services_and_names_who_does_not_answer(gateway: Installation) -> None:
    sums = {"outbox": {"waiting": 3}, "effects": {"failed": 1, "waiting": 4}}
    gateway.services.says(
        "zoom_issuer", "GET /internal/operations?", Answer(200, some_operations("zoom_issuer", **sums))
    )
    gateway.services.down.add("notifier")
    told = (await gateway.admin.get(f"{OPS}/pipeline")).json()
    states = {one["service"]: one["status"] for one in told["services"]}
    assert {one["service"]: one["silence"] for one in told["services"] if one["silence"]} == {"notifier": "unreachable"}
    assert states == {**dict.fromkeys((*SERVICES, "gateway"), "ok"), "notifier": "unreachable"}
    assert (told["totals"]["outbox"], told["totals"]["failed"], told["totals"]["waiting"]) == (3, 1, 4)
    (gateways,) = [one["operations"] for one in told["services"] if one["service"] == "gateway"]
    assert gateways["bus"]["reachable"] is True


async def test_dead_letters_of_all_services_are_one_list_the_newest_first(gateway: Installation) -> None:
    for service, numbers in (("notifier", (1, 4)), ("booking", (2, 3, 5))):
        items = [a_dead_letter(service, number) for number in numbers]
        gateway.services.says(service, "GET /internal/operations/parked?", Answer(200, {"items": items, "total": 9}))
    gateway.services.down.add("reminder_scheduler")
    seen, cursor = [], ""
    while True:
        page = (await gateway.admin.get(f"{OPS}/dead-letters?limit=2&cursor={cursor}")).json()
        seen += [item["subject"] for item in page["items"]]
        assert (page["total"], page["unreachable"]) == (5, ["reminder_scheduler"])
        assert page["silent"] == {"reminder_scheduler": "unreachable"}
        if not (cursor := page["next_cursor"]):
            break
    assert seen == ["apt_5", "apt_4", "apt_3", "apt_2", "apt_1"]
    one = (await gateway.admin.get(f"{OPS}/dead-letters?service=booking")).json()
    assert {item["service"] for item in one["items"]} == {"booking"}


async def test_what_is_decided_goes_to_the_service_that_it_is_about(gateway: Installation) -> None:
    await gateway.admin.post(f"{OPS}/dead-letters/{LETTER}/discard", json={"reason": "登録し直した"})
    asked = gateway.services.last("notifier")
    assert asked.url.path == f"/internal/operations/parked/{LETTER}/discard"
    assert orjson.loads(asked.content) == {"reason": "登録し直した"}
    assert (asked.headers["x-role"], asked.headers["x-staff-id"]) == ("admin", gateway.ids["admin@example.jp"])
    await gateway.admin.post(f"{OPS}/effects/{EFFECT}/give-up", json={"reason": "電話にした"})
    assert gateway.services.last("zoom_issuer").url.path.endswith("/give-up")
    gateway.services.says(
        "zoom_issuer", "POST /internal/operations/effects/", Answer(409, a_problem(409, "not_given_up"))
    )
    refused = await gateway.admin.post(f"{OPS}/effects/{EFFECT}/give-up", json={"reason": "電話にした"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_given_up")


@pytest.mark.parametrize(
    "path",
    [
        "/dead-letters/nobody-1/replay",
        "/dead-letters/x/replay",
        "/dead-letters/notifier-1%2f..%2f../replay",
        "/effects/nonsense/retry",
        "/effects/W10=/retry",
    ],
)
async def test_what_is_no_id_of_ours_is_not_found(gateway: Installation, path: str) -> None:
    assert (await gateway.admin.post(OPS + path)).status_code == 404


async def test_a_service_that_is_down_is_said_where_one_of_its_own_is_meant(gateway: Installation) -> None:
    gateway.services.down.add("notifier")
    answer = await gateway.admin.post(f"{OPS}/dead-letters/{LETTER}/replay")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    many = (await gateway.admin.post(f"{OPS}/dead-letters/replay", json={})).json()
    assert (many["count"], many["unreachable"], many["unseen"]) == (8, ["notifier"], 0)
    gateway.services.says("booking", "POST /internal/operations/parked/replay?", Answer(202, {"count": 2, "unseen": 5}))
    gateway.services.says(
        "booking", "GET /internal/operations/parked?", Answer(200, {"items": [], "total": 0, "unseen": 3})
    )
    assert (await gateway.admin.post(f"{OPS}/dead-letters/replay", json={})).json()["unseen"] == 5
    assert (await gateway.admin.get(f"{OPS}/dead-letters")).json()["unseen"] == 3


async def test_effects_are_paged_across_services_without_loss(gateway: Installation) -> None:
    """Each service is asked for what comes after the last one, by what it is about, the service, and its place."""
    everything = [
        *(an_owed_effect("zoom_issuer", f"apt_{number}") for number in (3, 1)),
        *(an_owed_effect("calendar_sync", f"apt_{number}", "r", effect="entry") for number in (3, 2)),
    ]
    for service in ("zoom_issuer", "calendar_sync"):
        items = [one for one in everything if one["service"] == service]
        gateway.services.says(service, "GET /internal/operations/effects?", Answer(200, {"items": items}))
    page = (await gateway.admin.get(f"{OPS}/effects?limit=1&status=failed")).json()
    assert [(one["about"], one["service"]) for one in page["items"]] == [("apt_3", "zoom_issuer")]
    await gateway.admin.get(f"{OPS}/effects?limit=1&cursor={page['next_cursor']}")
    zoom, calendars = (gateway.services.last(name).url.params for name in ("zoom_issuer", "calendar_sync"))
    assert (zoom["about"], zoom["rest"], zoom["limit"]) == ("apt_3", "", "2")
    assert (calendars["about"], calendars["rest"]) == ("apt_3", "\U0010ffff")
    assert (await gateway.admin.get(f"{OPS}/effects?cursor=nonsense")).json()["code"] == "cursor_invalid"

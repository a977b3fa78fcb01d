"""Zoom's webhooks from the sandbox: signed over what arrives, validated first, repeated; as the contract has them."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from deploy.demo.accounts import LOGINS
from shared import clock
from tests.contract.sandbox import zoom
from tests.contract.sandbox.contracts import contract, needs_contracts
from tests.contract.sandbox.listener import Listener, Posted, listening
from tests.infrastructure.sandbox import Sandbox
from tests.waiting import eventually

SECRET = "webhook-secret"
SOON, LATER = "2030-12-01T13:00:00", {"start": "2030-12-02T10:00:00+09:00", "end": "2030-12-02T11:00:00+09:00"}
HOST = LOGINS[1].email


def _digest(message: bytes) -> str:
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def _signature(posted: Posted) -> str:
    """What it must be for its own timestamp."""
    timestamp = posted.headers["x-zm-request-timestamp"].encode()
    return f"v0={_digest(b'v0:' + timestamp + b':' + posted.body)}"


def _encrypts(posted: Posted) -> bytes | None:
    """The handshake as an app answers it."""
    told = json.loads(posted.body)
    if told["event"] != "endpoint.url_validation":
        return None
    plain = told["payload"]["plainToken"]
    return json.dumps({"plainToken": plain, "encryptedToken": _digest(plain.encode())}).encode()


@pytest.fixture
async def app() -> AsyncIterator[Listener]:
    async with listening() as listener:
        listener.answers = _encrypts
        yield listener


@pytest.fixture
async def http(sandbox: Sandbox, app: Listener) -> AsyncIterator[httpx.Client]:
    with zoom.http_client(sandbox.base_url) as http:
        wish = {"url": app.url, "secret": SECRET, "events": [], "copies": 1, "retry_after_s": [0.05, 0.05, 0.05]}
        http.put("/inspect/zoom/webhook", json=wish)
        yield http
        http.put("/inspect/zoom/webhook", json={"url": "", "secret": ""})


async def _validate(http: httpx.Client) -> bool:
    """Beside the loop that the listener answers on."""
    answer = await asyncio.to_thread(http.post, "/inspect/zoom/webhook/validate")
    return bool(answer.json()["valid"])


def _told(app: Listener) -> list[dict[str, Any]]:
    told = [json.loads(posted.body) for posted in app.posts]
    return [one for one in told if one["event"] != "endpoint.url_validation"]


async def _events(app: Listener, *names: str) -> list[dict[str, Any]]:
    def came() -> list[dict[str, Any]] | None:
        told = [one for one in _told(app) if one["event"] in names]
        return told if {one["event"] for one in told} == set(names) else None

    return await eventually(came)


async def test_every_request_is_signed_over_its_exact_bytes(http: httpx.Client, app: Listener) -> None:
    zoom.connect(http, HOST).create(start_time=SOON, topic="会議 & <b>")
    await _events(app, "meeting.created")

    for posted in app.posts:
        timestamp = posted.headers["x-zm-request-timestamp"]
        assert posted.headers["x-zm-signature"] == _signature(posted)
        assert abs(int(timestamp) - clock.now().timestamp()) < 3 * 86_400  # the sandbox's clock may have been moved


async def test_the_address_is_validated_before_the_first_event_and_whenever_asked(
    http: httpx.Client, app: Listener
) -> None:
    zoom.connect(http, HOST).create(start_time=SOON)
    await _events(app, "meeting.created")
    first = json.loads(app.posts[0].body)["event"]
    again = [await _validate(http) for _ in range(2)]

    assert first == "endpoint.url_validation"
    assert again == [True, True]


async def test_an_address_that_cannot_answer_the_handshake_hears_nothing(http: httpx.Client, app: Listener) -> None:
    app.answers = lambda posted: b'{"plainToken": "x", "encryptedToken": "y"}'
    valid = await _validate(http)
    zoom.connect(http, HOST).create(start_time=SOON)
    await eventually(lambda: len(app.posts) >= 3)

    assert not valid
    assert _told(app) == []


async def test_what_is_not_taken_comes_again_with_a_fresh_signature(http: httpx.Client, app: Listener) -> None:
    """The app refuses twice, however long the machine takes; answers too late for the sandbox are refusals too."""
    await _validate(http)
    http.put("/inspect/zoom/webhook", json={"retry_after_s": [0.05] * 100})
    refused: list[Posted] = []
    taken: list[Posted] = []

    def takes_the_third(posted: Posted) -> bytes | None:
        if b'"again"' in posted.body:
            app.statuses = [500] if len(refused) < 2 else []
            (refused if app.statuses else taken).append(posted)
        return _encrypts(posted)

    app.answers = takes_the_third
    user = await asyncio.to_thread(zoom.connect, http, HOST)
    await asyncio.to_thread(user.create, start_time=SOON, topic="again")
    await eventually(lambda: taken, timeout=60)

    assert len({posted.body for posted in refused + taken}) == 1
    for posted in refused + taken:
        assert posted.headers["x-zm-signature"] == _signature(posted)


async def test_duplicates_come_when_asked_for(http: httpx.Client, app: Listener) -> None:
    http.put("/inspect/zoom/webhook", json={"copies": 2})
    zoom.connect(http, HOST).create(start_time=SOON)
    await eventually(lambda: len(_told(app)) == 2)
    http.post("/inspect/zoom/webhook/repeat")
    await eventually(lambda: len(_told(app)) == 3)

    assert len({json.dumps(one) for one in _told(app)}) == 1


async def test_a_person_moves_renames_and_deletes_and_the_app_is_told_if_wished(
    http: httpx.Client, app: Listener
) -> None:
    user = zoom.connect(http, HOST)
    quiet, loud = (user.create(start_time=SOON).json()["id"] for _ in range(2))
    for number, notify in ((quiet, False), (loud, True)):
        http.post(f"/inspect/zoom/meetings/{number}/move", json=LATER | {"notify": notify})
        http.post(f"/inspect/zoom/meetings/{number}/rename", json={"topic": "別の件名", "notify": notify})
        http.post(f"/inspect/zoom/meetings/{number}/delete", json={"notify": notify})
        http.post(f"/inspect/zoom/meetings/{number}/recover", json={"notify": notify})
    told = await _events(app, "meeting.created", "meeting.updated", "meeting.deleted", "meeting.recovered")
    await eventually(lambda: len([one for one in _told(app) if one["event"] == "meeting.updated"]) == 2)

    changes = [one["payload"] for one in _told(app) if one["event"] == "meeting.updated"]
    moved = next(one for one in changes if "start_time" in one["object"])
    assert {one["payload"]["object"]["id"] for one in told if one["event"] != "meeting.created"} == {loud}
    assert moved["object"]["start_time"] == "2030-12-02T01:00:00Z"
    assert moved["old_object"]["start_time"] == "2030-12-01T04:00:00Z"


async def test_the_apps_own_writes_are_told_too(http: httpx.Client, app: Listener) -> None:
    user = zoom.connect(http, HOST)
    number = user.create(start_time=SOON, timezone="Asia/Tokyo").json()["id"]
    user.call("PATCH", f"/meetings/{number}", {"topic": "U"})
    user.call("DELETE", f"/meetings/{number}")
    told = await _events(app, "meeting.created", "meeting.updated", "meeting.deleted")

    assert {one["payload"]["object"]["id"] for one in told} == {number}
    assert {one["payload"]["operator"] for one in told} == {HOST}


def _change_occurrences(http: httpx.Client) -> None:
    """By hand: one moves, another goes and comes back; then the app itself moves and deletes."""
    weekly = {"type": 2, "weekly_days": "1", "end_times": 4}
    user = zoom.connect(http, HOST)
    made = user.create(start_time=SOON, timezone="Asia/Tokyo", type=8, recurrence=weekly).json()
    path, names = f"/meetings/{made['id']}", [one["occurrence_id"] for one in made["occurrences"]]
    http.post(f"/inspect/zoom{path}/move", json=LATER | {"occurrence_id": names[0]})
    http.post(f"/inspect/zoom{path}/delete", json={"occurrence_id": names[1]})
    http.post(f"/inspect/zoom{path}/recover", json={"occurrence_id": names[1]})
    user.call("PATCH", path, {"duration": 30}, occurrence_id=names[2])
    user.call("DELETE", path, occurrence_id=names[3])


async def test_what_becomes_of_one_occurrence_is_told_by_its_name(http: httpx.Client, app: Listener) -> None:
    _change_occurrences(http)
    await _events(app, "meeting.updated", "meeting.deleted", "meeting.recovered")
    told = await eventually(lambda: len(_told(app)) == 6 and _told(app))
    payloads = [(one["event"], one["payload"]) for one in told if one["event"] != "meeting.created"]
    updated = [one for name, one in payloads if name == "meeting.updated"]

    assert {one["scope"] for one in updated} == {"single"}
    assert {one["operation"] for name, one in payloads if name != "meeting.updated"} == {"single"}
    by_hand = next(one for one in updated if one["object"]["occurrences"][0]["duration"] == 60)
    starts = [by_hand[name]["occurrences"][0]["start_time"] for name in ("old_object", "object")]
    assert starts == ["2030-12-01T04:00:00Z", "2030-12-02T01:00:00Z"]


def _edit_users(http: httpx.Client) -> None:
    made = http.post("/inspect/zoom/users", json={"organization": "acc-told", "count": 2}).json()["items"]
    first = f"/inspect/zoom/users/{made[0]['id']}"
    http.patch(first, json={"name": "新 名前", "zoom_type": 1})
    http.patch(first, json={"active": False})
    http.post(f"/inspect/zoom/users/{made[1]['id']}/delete")


def _remove_app(http: httpx.Client) -> None:
    zoom.connect(http, HOST)
    http.post("/inspect/zoom/deauthorize", json={"user": HOST})


def _change_meetings(http: httpx.Client) -> None:
    number = zoom.connect(http, HOST).create(start_time=SOON).json()["id"]
    http.post(f"/inspect/zoom/meetings/{number}/move", json=LATER)
    http.post(f"/inspect/zoom/meetings/{number}/delete")
    http.post(f"/inspect/zoom/meetings/{number}/recover")


@needs_contracts
@pytest.mark.parametrize(
    ("act", "names"),
    [
        (_change_meetings, ("meeting.created", "meeting.updated", "meeting.deleted", "meeting.recovered")),
        (_change_occurrences, ("meeting.created", "meeting.updated", "meeting.deleted", "meeting.recovered")),
        (_edit_users, ("user.created", "user.updated", "user.deactivated", "user.deleted")),
        (_remove_app, ("app_deauthorized",)),
    ],
)
async def test_no_event_breaks_the_contract(
    http: httpx.Client, app: Listener, act: Callable[[httpx.Client], None], names: tuple[str, ...]
) -> None:
    act(http)
    told = await _events(app, *names)
    checker = contract("zoom-meetings")
    assert checker is not None

    assert {one["event"]: checker.webhook(one["event"], one) for one in told} == {name: [] for name in names}


async def test_removing_the_app_names_the_user_and_the_app(http: httpx.Client, app: Listener) -> None:
    _remove_app(http)
    (told,) = await _events(app, "app_deauthorized")
    user = http.get("/inspect/accounts", params={"provider": "zoom"}).json()["items"]
    mine = next(one["id"] for one in user if one["email"] == HOST)

    assert (told["payload"]["user_id"], told["payload"]["client_id"]) == (mine, zoom.CLIENT[0])

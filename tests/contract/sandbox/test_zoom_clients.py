"""zoomus, a client that others wrote, against the sandbox; every answer checked with Zoom's contract."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import requests
from zoomus import ZoomClient

from tests.contract.sandbox.contracts import needs_contracts
from tests.contract.sandbox.zoom import violations
from tests.infrastructure.sandbox import Sandbox

ACCOUNT, HOST, OTHER_HOST = "zoomus", "host@zoomus.example", "other@zoomus.example"
STARTS = datetime(2030, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[requests.Response]:
    """All that zoomus was answered."""
    seen: list[requests.Response] = []
    send = requests.Session.send

    def noting(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        seen.append(send(self, request, **options))
        return seen[-1]

    monkeypatch.setattr(requests.Session, "send", noting)
    return seen


@pytest.fixture
def zoomus(sandbox: Sandbox, answers: list[requests.Response]) -> Iterator[ZoomClient]:
    people = [{"email": HOST}, {"email": OTHER_HOST}]
    httpx.post(
        f"{sandbox.base_url}/inspect/zoom/users", json={"organization": ACCOUNT, "users": people}, trust_env=False
    )
    base = f"{sandbox.base_url}/zoom"
    with ZoomClient(
        "demo-zoom-client", "demo-zoom-secret", ACCOUNT, base_uri=f"{base}/v2", oauth_uri=f"{base}/oauth/token"
    ) as client:
        yield client


def _create(zoomus: ZoomClient, **fields: Any) -> requests.Response:
    wish = {"user_id": HOST, "topic": "T", "type": 2, "start_time": STARTS, "timezone": "Europe/Berlin", "duration": 30}
    return zoomus.meeting.create(**wish | fields)


def test_a_meeting_is_created_read_changed_and_deleted(zoomus: ZoomClient) -> None:
    created = _create(zoomus)
    number = created.json()["id"]
    changed = zoomus.meeting.update(id=number, topic="U", start_time=datetime(2030, 11, 21, 10, tzinfo=UTC))
    read = zoomus.meeting.get(id=number).json()
    deleted = zoomus.meeting.delete(id=number)
    gone = zoomus.meeting.get(id=number)

    assert (created.status_code, changed.status_code, deleted.status_code) == (201, 204, 204)
    assert (read["topic"], read["start_time"]) == ("U", "2030-11-21T10:00:00Z")
    assert (gone.status_code, gone.json()["code"]) == (404, 3001)


def test_a_list_is_read_page_by_page(zoomus: ZoomClient) -> None:
    host = OTHER_HOST
    numbers = {_create(zoomus, user_id=host).json()["id"] for _ in range(3)}
    first = zoomus.meeting.list(user_id=host, page_size=2).json()
    second = zoomus.meeting.list(user_id=host, page_size=2, next_page_token=first["next_page_token"]).json()

    assert first["total_records"] == 3
    assert second["next_page_token"] == ""
    assert {one["id"] for one in first["meetings"] + second["meetings"]} == numbers


def test_users_are_listed_and_found_by_address_and_id(zoomus: ZoomClient) -> None:
    listed = zoomus.user.list().json()["users"]
    by_address = zoomus.user.get(id=HOST).json()
    by_id = zoomus.user.get(id=by_address["id"]).json()

    assert HOST in {user["email"] for user in listed}
    assert by_id == by_address


def test_an_app_of_the_whole_account_may_not_say_me(zoomus: ZoomClient) -> None:
    answer = zoomus.user.get(id="me")

    assert (answer.status_code, answer.json()["code"]) == (404, 1001)


@needs_contracts
def test_no_answer_to_zoomus_breaks_the_contract(zoomus: ZoomClient, answers: list[requests.Response]) -> None:
    number = _create(zoomus, agenda="x" * 2000).json()["id"]
    zoomus.meeting.get(id=number)
    zoomus.meeting.list(user_id=HOST)
    zoomus.meeting.update(id=number, duration=45)
    zoomus.user.list(page_size=2)
    zoomus.user.get(id=HOST)
    zoomus.meeting.delete(id=number)
    _create(zoomus, topic="x" * 201)
    zoomus.meeting.get(id=1)

    found = {
        f"{one.request.method} {one.url}": violations(
            str(one.request.method), str(one.url), one.status_code, one.json() if one.content else None
        )
        for one in answers
    }
    assert {call: errors for call, errors in found.items() if errors} == {}
    assert len(found) >= 9

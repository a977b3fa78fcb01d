"""Zoom's odder habits, as facts 1.1 to 1.5 record them; answers are checked with the contract when it is there."""

from collections.abc import Iterator

import httpx
import pytest

from deploy.demo.accounts import LOGINS
from tests.conftest import NewSandbox
from tests.contract.sandbox import zoom
from tests.infrastructure.sandbox import Sandbox

ADMIN, TARO = (account.email for account in LOGINS)
SOON = "2030-12-01T13:00:00"


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with zoom.http_client(sandbox.base_url) as client:
        yield client
        client.put("/inspect/faults", json={"rules": []})


@pytest.fixture
def user(http: httpx.Client) -> zoom.ZoomUser:
    return zoom.connect(http, "staff003@example.jp")


def test_me_is_who_allowed_it(http: httpx.Client) -> None:
    me = zoom.connect(http, TARO).call("GET", "/users/me").json()

    assert (me["email"], me["type"]) == (TARO, 2)


def test_a_wall_clock_in_a_zone_is_answered_as_an_instant(user: zoom.ZoomUser) -> None:
    local = user.create(start_time=SOON, timezone="Asia/Tokyo").json()
    utc = user.create(start_time=f"{SOON}Z", timezone="Asia/Tokyo").json()

    assert (local["start_time"], local["timezone"]) == ("2030-12-01T04:00:00Z", "Asia/Tokyo")
    assert utc["start_time"] == f"{SOON}Z"


def test_a_past_start_is_silently_ignored_on_update(user: zoom.ZoomUser) -> None:
    number = user.create(start_time=SOON, timezone="Asia/Tokyo").json()["id"]
    answer = user.call("PATCH", f"/meetings/{number}", {"start_time": "2020-01-01T00:00:00Z", "topic": "U"})
    read = user.call("GET", f"/meetings/{number}").json()

    assert answer.status_code == 204
    assert (read["topic"], read["start_time"]) == ("U", "2030-12-01T04:00:00Z")


def test_equal_creates_make_two_meetings(user: zoom.ZoomUser) -> None:
    first, second = (user.create(start_time=SOON, agenda="token-1") for _ in range(2))

    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("topic", "x" * 201), ("agenda", "x" * 2001), ("duration", 1441), ("password", "x" * 11), ("timezone", "Mars/X")],
)
def test_what_is_over_a_limit_is_refused_naming_the_field(user: zoom.ZoomUser, field: str, value: object) -> None:
    answer = user.create(**{field: value})

    assert (answer.status_code, answer.json()["code"]) == (400, 300)
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer.headers["x-zm-trackingid"]


def test_a_deleted_meeting_is_gone_with_its_join_url(http: httpx.Client, user: zoom.ZoomUser) -> None:
    meeting = user.create(start_time=SOON).json()
    alive = http.get(meeting["join_url"]).status_code
    deleted = user.call("DELETE", f"/meetings/{meeting['id']}").status_code
    again = user.call("DELETE", f"/meetings/{meeting['id']}")

    assert (alive, deleted, http.get(meeting["join_url"]).status_code) == (200, 204, 404)
    assert (again.status_code, again.json()["code"]) == (404, 3001)


def test_meetings_of_others_do_not_exist_for_one(http: httpx.Client, user: zoom.ZoomUser) -> None:
    number = user.create(start_time=SOON).json()["id"]

    assert zoom.connect(http, TARO).call("GET", f"/meetings/{number}").status_code == 404


def test_a_refresh_token_works_once(http: httpx.Client) -> None:
    tokens = zoom.connect(http, "staff004@example.jp").tokens
    renewed = zoom.token(http, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    reused = zoom.token(http, grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    assert renewed.json()["refresh_token"] != tokens["refresh_token"]
    assert (reused.status_code, reused.json()) == (400, {"reason": "Invalid Token!", "error": "invalid_grant"})


def test_a_code_needs_its_verifier_and_works_once(http: httpx.Client) -> None:
    code = zoom.consent(http, "staff004@example.jp")["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": zoom.BACK}
    wrong = zoom.token(http, **form, code_verifier="w" * 50)
    right = zoom.token(http, **form, code_verifier=zoom.VERIFIER)
    again = zoom.token(http, **form, code_verifier=zoom.VERIFIER)

    assert (wrong.status_code, right.status_code, again.status_code) == (400, 200, 400)


def test_a_revoked_grant_is_over(http: httpx.Client) -> None:
    user = zoom.connect(http, "staff004@example.jp")
    revoked = http.post("/zoom/oauth/revoke", data={"token": user.tokens["access_token"]}, auth=zoom.CLIENT)

    assert revoked.json() == {"status": "success"}
    assert user.call("GET", "/users/me").status_code == 401
    assert zoom.token(http, grant_type="refresh_token", refresh_token=user.tokens["refresh_token"]).status_code == 400


def test_saying_no_comes_back_as_an_error(http: httpx.Client) -> None:
    assert zoom.consent(http, TARO, "deny") == {"error": "access_denied", "state": "s-1"}


async def test_the_hundred_and_first_of_a_day_is_refused_until_midnight_utc(new_sandbox: NewSandbox) -> None:
    sandbox = await new_sandbox([LOGINS[1]], {})
    with zoom.http_client(sandbox.base_url) as http:
        user = zoom.connect(http, TARO)
        http.post("/inspect/clock", json={"advance": "PT1S"})
        for index in range(100):
            if index % 25 == 0:
                http.post("/inspect/clock", json={"advance": 1})
            assert user.create(start_time=SOON).status_code == 201
        http.post("/inspect/clock", json={"advance": 1})
        refused = user.create(start_time=SOON)
        http.post("/inspect/clock", json={"advance": "P1D"})
        renewed = zoom.token(http, grant_type="refresh_token", refresh_token=user.tokens["refresh_token"]).json()
        allowed = zoom.ZoomUser(http, renewed).create(start_time=SOON)

    assert (refused.status_code, refused.json()["code"]) == (429, 429)
    assert "daily rate limit (100) of Meeting Create/Update" in refused.json()["message"]
    assert "retry-after" not in refused.headers
    assert "x-ratelimit-type" not in refused.headers
    assert allowed.status_code == 201


def test_too_many_in_a_second_are_told_by_headers(http: httpx.Client) -> None:
    user = zoom.connect(http, "staff005@example.jp")
    answers = [user.call("GET", "/users/me") for _ in range(90)]
    refused = [answer for answer in answers if answer.status_code == 429]

    assert refused
    assert refused[0].headers["x-ratelimit-type"] == "QPS"
    assert refused[0].json()["message"].startswith("You have reached the maximum per-second rate limit")


def test_an_access_token_lives_an_hour_of_the_sandbox_clock(http: httpx.Client) -> None:
    user = zoom.connect(http, "staff006@example.jp")
    http.post("/inspect/clock", json={"advance": "PT61M"})
    answer = user.call("GET", "/users/me")

    assert (answer.status_code, answer.json()) == (401, {"code": 124, "message": "Access token is expired."})


def test_a_deleted_meeting_can_be_taken_out_of_the_trash(http: httpx.Client, user: zoom.ZoomUser) -> None:
    meeting = user.create(start_time=SOON).json()
    user.call("DELETE", f"/meetings/{meeting['id']}")
    recovered = user.call("PUT", f"/meetings/{meeting['id']}/status", {"action": "recover"})

    assert recovered.status_code == 204
    assert user.call("GET", f"/meetings/{meeting['id']}").json()["join_url"] == meeting["join_url"]


def test_a_person_at_zoom_moves_and_deletes_by_hand(http: httpx.Client, user: zoom.ZoomUser) -> None:
    number = user.create(start_time=SOON, duration=30).json()["id"]
    wish = {"start": "2030-12-02T10:00:00+09:00", "end": "2030-12-02T11:00:00+09:00", "notify": False}
    http.post(f"/inspect/zoom/meetings/{number}/move", json=wish)
    moved = user.call("GET", f"/meetings/{number}").json()
    http.post(f"/inspect/zoom/meetings/{number}/delete", json={"notify": False})

    assert (moved["start_time"], moved["duration"]) == ("2030-12-02T01:00:00Z", 60)
    assert user.call("GET", f"/meetings/{number}").status_code == 404


def test_upcoming_reaches_six_months_and_scheduled_everything(http: httpx.Client) -> None:
    user = zoom.connect(http, "staff008@example.jp")
    number = user.create(start_time=SOON).json()["id"]
    upcoming = user.call("GET", "/users/me/meetings", type="upcoming", page_size=300).json()["meetings"]
    scheduled = user.call("GET", "/users/me/meetings", type="scheduled", page_size=300).json()["meetings"]

    assert number not in {one["id"] for one in upcoming}
    assert number in {one["id"] for one in scheduled}

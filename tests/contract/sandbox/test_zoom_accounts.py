"""Zoom accounts with many users: apps that reach a whole account and no other, and what an administrator does there."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.demo.accounts import LOGINS
from tests.contract.sandbox import zoom
from tests.infrastructure.sandbox import Sandbox

SOON = "2030-12-01T13:00:00"
TARO = LOGINS[1].email


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with zoom.http_client(sandbox.base_url) as http:
        yield http
        http.put("/inspect/faults", json={"rules": []})


def _account(http: httpx.Client, name: str, count: int = 3) -> list[dict[str, Any]]:
    """The users of a new account, the first an administrator."""
    boss = {"email": f"boss@{name}.example", "name": "主 事", "admin": True}
    made = http.post("/inspect/zoom/users", json={"organization": name, "users": [boss], "count": count - 1})
    users: list[dict[str, Any]] = made.json()["items"]
    return users


def _app_of(http: httpx.Client, account: str) -> zoom.ZoomUser:
    answer = zoom.token(http, grant_type="account_credentials", account_id=account)
    assert answer.status_code == 200, answer.text
    return zoom.ZoomUser(http, answer.json())


def _emails(answer: httpx.Response) -> set[str]:
    return {user["email"] for user in answer.json()["users"]}


def test_an_app_of_an_account_sees_its_users_and_meetings_and_nobody_elses(http: httpx.Client) -> None:
    one, other = _account(http, "acc-one"), _account(http, "acc-other")
    app, stranger = _app_of(http, "acc-one"), _app_of(http, "acc-other")
    host = one[1]["id"]
    number = app.call("POST", f"/users/{host}/meetings", {"topic": "T", "type": 2, "start_time": SOON}).json()["id"]

    assert _emails(app.call("GET", "/users", page_size=300)) == {user["email"] for user in one}
    assert _emails(stranger.call("GET", "/users")) == {user["email"] for user in other}
    assert app.call("GET", f"/meetings/{number}").json()["host_id"] == host
    assert stranger.call("GET", f"/meetings/{number}").json()["code"] == 3001
    assert stranger.call("GET", f"/users/{host}").json()["code"] == 1001
    assert stranger.call("POST", f"/users/{host}/meetings", {"topic": "T"}).json()["code"] == 1001


def test_an_app_of_an_account_has_no_me_and_no_refresh_token(http: httpx.Client) -> None:
    _account(http, "acc-me")
    app = _app_of(http, "acc-me")
    answer = app.call("GET", "/users/me")

    assert (answer.status_code, answer.json()["code"]) == (404, 1001)
    assert "refresh_token" not in app.tokens
    assert "user:read:list_users:admin" in app.tokens["scope"].split()


@pytest.mark.parametrize("account", ["acc-unknown", ""])
def test_an_unknown_account_is_a_bad_request(http: httpx.Client, account: str) -> None:
    answer = zoom.token(http, grant_type="account_credentials", account_id=account)

    assert (answer.status_code, answer.json()) == (400, {"reason": "Bad Request", "error": "invalid_request"})


def test_a_registered_app_belongs_to_its_account_and_has_its_scopes(http: httpx.Client) -> None:
    _account(http, "acc-app")
    _account(http, "acc-not-its")
    app = ("app-1", "secret-1")
    wish = {"client_id": app[0], "client_secret": app[1], "account": "acc-app", "scopes": "user:read:list_users:admin"}
    http.post("/inspect/zoom/apps", json=wish)
    tokens = zoom.token(http, app, grant_type="account_credentials", account_id="acc-app").json()
    refused = zoom.token(http, app, grant_type="account_credentials", account_id="acc-not-its")
    listing = zoom.ZoomUser(http, tokens)

    assert tokens["scope"] == "user:read:list_users:admin"
    assert listing.call("GET", "/users").status_code == 200
    assert listing.call("POST", "/users/boss@acc-app.example/meetings", {"topic": "T"}).json()["code"] == 4711
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


def test_an_administrator_allows_the_app_for_the_whole_account(http: httpx.Client) -> None:
    users = _account(http, "acc-admin")
    admin = zoom.connect(http, users[0]["email"], zoom.ADMIN_CLIENT)
    other = users[1]["id"]
    made = admin.call("POST", f"/users/{other}/meetings", {"topic": "T", "type": 2, "start_time": SOON})

    assert _emails(admin.call("GET", "/users")) == {user["email"] for user in users}
    assert admin.call("GET", "/users/me").json()["id"] == users[0]["id"]
    assert made.json()["host_id"] == other
    assert admin.call("GET", f"/users/{TARO}").json()["code"] == 1001
    assert admin.tokens["refresh_token"]


def test_only_an_administrator_may_allow_it(http: httpx.Client) -> None:
    users = _account(http, "acc-member")
    answer = zoom.decide(http, users[1]["email"], "allow", zoom.ADMIN_CLIENT)

    assert answer.status_code == 400
    assert "administrator" in answer.text


def test_a_person_lists_nobody(http: httpx.Client) -> None:
    answer = zoom.connect(http, TARO).call("GET", "/users")

    assert (answer.status_code, answer.json()["code"]) == (400, 4711)


def test_a_deactivated_user_hosts_nothing_and_is_listed_as_inactive(http: httpx.Client) -> None:
    users = _account(http, "acc-gone")
    person = zoom.connect(http, users[1]["email"])
    http.patch(f"/inspect/zoom/users/{users[1]['id']}", json={"active": False})
    app = _app_of(http, "acc-gone")
    refused = app.call("POST", f"/users/{users[1]['id']}/meetings", {"topic": "T", "type": 2, "start_time": SOON})

    assert users[1]["email"] not in _emails(app.call("GET", "/users"))
    assert _emails(app.call("GET", "/users", status="inactive")) == {users[1]["email"]}
    assert (refused.status_code, refused.json()["code"]) == (400, 3161)
    assert person.call("GET", "/users/me").status_code == 401


def test_a_user_is_edited_and_keeps_id_tokens_and_meetings(http: httpx.Client) -> None:
    users = _account(http, "acc-edit")
    person = zoom.connect(http, users[1]["email"])
    number = person.create(start_time=SOON).json()["id"]
    wish = {"email": "renamed@acc-edit.example", "name": "新 名前", "zoom_type": 1}
    http.patch(f"/inspect/zoom/users/{users[1]['email']}", json=wish)
    me = person.call("GET", "/users/me").json()

    assert (me["id"], me["email"], me["type"], me["display_name"]) == (users[1]["id"], wish["email"], 1, "新 名前")
    assert person.call("GET", f"/meetings/{number}").status_code == 200
    assert _app_of(http, "acc-edit").call("GET", f"/users/{users[1]['email']}").json()["code"] == 1001


def test_a_deleted_user_takes_the_meetings_along(http: httpx.Client) -> None:
    users = _account(http, "acc-deleted")
    app = _app_of(http, "acc-deleted")
    path = f"/users/{users[1]['id']}/meetings"
    number = app.call("POST", path, {"topic": "T", "type": 2, "start_time": SOON}).json()["id"]
    http.post(f"/inspect/zoom/users/{users[1]['id']}/delete")

    assert app.call("GET", f"/meetings/{number}").json()["code"] == 3001
    assert app.call("GET", f"/users/{users[1]['id']}").json()["code"] == 1001


def test_the_budget_of_a_day_can_be_used_up_at_once(http: httpx.Client) -> None:
    users = _account(http, "acc-budget")
    app = _app_of(http, "acc-budget")
    http.put("/inspect/zoom/budget", json={"user": users[1]["email"], "used": 99})
    first, second = (
        app.call("POST", f"/users/{users[1]['id']}/meetings", {"topic": "T", "type": 2, "start_time": SOON})
        for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (201, 429)
    assert http.get("/inspect/zoom/budget", params={"user": users[1]["id"]}).json() == {"used": 100}


def test_removing_the_app_ends_one_persons_tokens_or_all_of_an_account(http: httpx.Client) -> None:
    users = _account(http, "acc-removed")
    first, second = (zoom.connect(http, users[index]["email"]) for index in (1, 2))
    app = _app_of(http, "acc-removed")
    http.post("/inspect/zoom/deauthorize", json={"user": users[1]["id"]})
    one = [caller.call("GET", f"/users/{name}").status_code for caller, name in ((first, "me"), (second, "me"))]
    http.post("/inspect/zoom/deauthorize", json={"account": "acc-removed"})
    dead = zoom.token(http, grant_type="refresh_token", refresh_token=second.tokens["refresh_token"])

    assert one == [401, 200]
    assert app.call("GET", "/users").status_code == 401
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")


_DAILY = "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this user."


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Retry-After": "7"}, "You have reached the maximum per-second rate limit for this API. Try again later."),
        ({"Retry-After": "2030-05-31T00:00:00Z"}, _DAILY),
        ({}, _DAILY),
    ],
)
def test_429_comes_in_each_of_its_forms(http: httpx.Client, headers: dict[str, str], message: str) -> None:
    body = {"code": 429, "message": message}
    rule = {
        "provider": "zoom",
        "path": "/v2/users/me",
        "kind": "status",
        "status": 429,
        "headers": headers,
        "body": body,
    }
    person = zoom.connect(http, TARO)
    http.put("/inspect/faults", json={"rules": [rule | {"times": 1}]})
    answer = person.call("GET", "/users/me")

    assert (answer.status_code, answer.json()) == (429, body)
    assert answer.headers.get("retry-after") == headers.get("Retry-After")

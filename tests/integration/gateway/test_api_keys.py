"""API keys on the real database (X8): made once, told by prefix, bounded by scopes, ended at once, never logged."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from services.gateway.scopes import ROUTES, Whom
from shared import clock
from tests.integration.gateway.fakes import SLOT, Answer, a_timeline_entry
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

BODY = {"slots": [SLOT], "guest": {"name": "田中花子"}, "send_mail": False}
EVERYTHING = ["appointments:write", "proposals:write", "staff:write", "settings:write"]


async def a_key(gateway: Installation, *scopes: str, **more: Any) -> dict[str, Any]:
    body = {"name": "CRM", "scopes": list(scopes) or ["appointments:read"], **more}
    answer = await gateway.admin.post("/api/v1/api-keys", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def a_machine(gateway: Installation, *scopes: str, **more: Any) -> httpx.AsyncClient:
    return gateway.client((await a_key(gateway, *scopes, **more))["secret"])


async def test_the_secret_is_shown_once_and_kept_as_a_hash_only(gateway: Installation) -> None:
    made = await a_key(gateway, "pages:read", "contacts:read")
    assert made["secret"].startswith(made["prefix"] + "_")
    assert len(made["secret"]) - len(made["prefix"]) > 40
    listed = (await gateway.admin.get("/api/v1/api-keys?limit=200")).json()["items"][-1]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert (await gateway.admin.get(f"/api/v1/api-keys/{made['id']}")).json() == listed
    assert (listed["created_by"]["name"], listed["last_used_at"]) == ("佐藤花子", None)
    row = await gateway.parts.api_keys.api_keys.find_one({"_id": made["id"]})
    assert made["secret"].removeprefix(made["prefix"]) not in str(row)


async def test_a_key_does_what_its_scopes_say_and_reads_what_it_lacks(gateway: Installation) -> None:
    machine = await a_machine(gateway, "appointments:read")
    assert (await machine.get("/api/v1/appointments")).status_code == 200
    assert (await machine.get("/api/v1/me")).json()["email"] == "admin@example.jp"
    for language, words in (("ja", "スコープ"), ("en", "lacks the scope")):
        refused = await machine.post("/api/v1/proposals", json=BODY, headers={"accept-language": language})
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
        assert refused.json()["missing"] == ["proposals:write"]
        assert words in refused.json()["detail"]
        assert 'scope="proposals:write"' in refused.headers["www-authenticate"]


def some_path(route: str) -> tuple[str, str]:
    method, path = route.split(" ")
    return method, "/api/v1" + "/".join(
        "google" if part == "{provider}" else part.strip("{}") for part in path.split("/")
    )


async def test_every_route_asks_a_key_for_its_scope(gateway: Installation) -> None:
    """With a body or without, whatever the id: what the key lacks is said first."""
    lacking, other = await a_machine(gateway, "contacts:read"), await a_machine(gateway, "pages:read")
    for route, needed in ROUTES.items():
        if needed is Whom.ANY_KEY:
            continue
        method, path = some_path(route)
        machine = other if getattr(needed, "value", "").startswith("contacts") else lacking
        answer = await machine.request(method, path, json={} if method != "GET" else None)
        assert answer.status_code in (403, 422), (route, answer.text)
        if answer.status_code == 403:
            code = "not_for_keys" if needed is Whom.PEOPLE else "insufficient_scope"
            assert answer.json()["code"] == code, route
    assert not [asked for asked in gateway.services.asked if asked.url.path != "/healthz"]


async def test_a_key_makes_no_keys_passwords_or_administrators(gateway: Installation) -> None:
    machine, taro = await a_machine(gateway, *EVERYTHING), gateway.ids["taro@example.jp"]
    someone = {"name": "だれか", "email": "somebody-else@example.jp"}
    for method, path, body in (
        ("POST", "/api/v1/api-keys", {"name": "もう一つ", "scopes": ["staff:write"]}),
        ("GET", "/api/v1/api-keys", None),
        ("PATCH", "/api/v1/me", {"name": "乗っ取り"}),
        ("POST", "/api/v1/staff", someone | {"password": "a-long-password"}),
        ("POST", "/api/v1/staff", someone | {"role": "admin"}),
        ("PATCH", f"/api/v1/staff/{taro}", {"password": "a-long-password"}),
        ("PATCH", f"/api/v1/staff/{taro}", {"role": "admin"}),
        ("PATCH", f"/api/v1/staff/{taro}", {"email": "attacker@example.com"}),
    ):
        answer = await machine.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_for_keys"), (method, path, body)
    assert (await machine.patch(f"/api/v1/staff/{taro}", json={"zoom_user": ""})).status_code == 200


async def test_members_neither_make_nor_see_nor_revoke_keys(gateway: Installation) -> None:
    made = await a_key(gateway)
    body = {"name": "CRM", "scopes": ["pages:read"]}
    for method, path in (("POST", ""), ("GET", ""), ("DELETE", f"/{made['id']}")):
        answer = await gateway.taro.request(method, f"/api/v1/api-keys{path}", json=body if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_another_organization_sees_and_ends_none_of_it(gateway: Installation) -> None:
    made = await a_key(gateway)
    assert (await gateway.other.get("/api/v1/api-keys")).json()["items"] == []
    assert (await gateway.other.delete(f"/api/v1/api-keys/{made['id']}")).status_code == 404
    assert (await gateway.client(made["secret"]).get("/api/v1/me")).status_code == 200


async def test_a_revoked_key_ends_at_once_and_stays_ended(gateway: Installation) -> None:
    made = await a_key(gateway)
    machine = gateway.client(made["secret"])
    assert (await machine.get("/api/v1/me")).status_code == 200
    for _ in range(2):
        assert (await gateway.admin.delete(f"/api/v1/api-keys/{made['id']}")).status_code == 204
    answer = await machine.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")
    listed = (await gateway.admin.get("/api/v1/api-keys?limit=200")).json()["items"]
    assert made["id"] not in {item["id"] for item in listed}


async def test_what_is_no_key_is_refused_alike(gateway: Installation) -> None:
    made = await a_key(gateway)
    last = "A" if made["secret"][-2] != "A" else "B"
    for token in ("csk_", "csk_x", made["prefix"], made["secret"][:-2] + last + made["secret"][-1], "csk_" + "0" * 60):
        answer = await gateway.client(token).get("/api/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid"), token
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_expires_and_cannot_be_made_expired(gateway: Installation) -> None:
    soon = clock.now() + timedelta(hours=1)
    made = await a_key(gateway, expires_at=soon.isoformat())
    keys = gateway.parts.api_keys.api_keys
    await keys.update_one({"_id": made["id"]}, {"$set": {"expires_at": clock.now() - timedelta(seconds=1)}})
    assert (await gateway.client(made["secret"]).get("/api/v1/me")).status_code == 401
    listed = (await gateway.admin.get("/api/v1/api-keys?limit=200")).json()["items"]
    assert next(item["state"] for item in listed if item["id"] == made["id"]) == "expired"
    late = {"name": "CRM", "scopes": ["pages:read"], "expires_at": "2020-01-01T00:00:00Z"}
    answer = await gateway.admin.post("/api/v1/api-keys", json=late)
    assert (answer.status_code, answer.json()["code"]) == (422, "expires_in_the_past")


@pytest.mark.parametrize(
    "body", [{"name": "", "scopes": ["pages:read"]}, {"name": "x", "scopes": []}, {"name": "x", "scopes": ["root"]}]
)
async def test_a_key_needs_a_name_and_known_scopes(gateway: Installation, body: dict[str, Any]) -> None:
    assert (await gateway.admin.post("/api/v1/api-keys", json=body)).status_code == 422


async def test_a_key_rests_while_its_maker_is_disabled_and_has_their_role(gateway: Installation) -> None:
    made = await a_key(gateway, "settings:write")
    machine, keys = gateway.client(made["secret"]), gateway.parts.api_keys.api_keys
    await keys.update_one({"_id": made["id"]}, {"$set": {"created_by": gateway.ids["taro@example.jp"]}})
    refused = await machine.patch("/api/v1/organization", json={"name": "乗っ取り"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    staff = gateway.parts.staff.staff
    await staff.update_one({"_id": gateway.ids["taro@example.jp"]}, {"$set": {"disabled": True}})
    try:
        assert (await machine.get("/api/v1/organization")).json()["code"] == "api_key_invalid"
        listed = (await gateway.admin.get("/api/v1/api-keys?limit=200")).json()["items"]
        assert next(item["state"] for item in listed if item["id"] == made["id"]) == "paused"
    finally:
        await staff.update_one({"_id": gateway.ids["taro@example.jp"]}, {"$set": {"disabled": False}})
    assert (await machine.get("/api/v1/organization")).status_code == 200


async def test_use_is_remembered(gateway: Installation) -> None:
    made = await a_key(gateway)
    await gateway.client(made["secret"]).get("/api/v1/me")
    listed = (await gateway.admin.get("/api/v1/api-keys?limit=200")).json()["items"]
    assert next(item["last_used_at"] for item in listed if item["id"] == made["id"]) is not None


async def test_the_list_goes_on_by_cursor(gateway: Installation) -> None:
    made = [await a_key(gateway) for _ in range(3)]
    seen, cursor = [], ""
    while cursor is not None:
        page = (await gateway.admin.get("/api/v1/api-keys", params={"limit": 2, "cursor": cursor})).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen[-3:] == [key["id"] for key in made]
    assert len(seen) == len(set(seen))


async def test_each_keys_idempotency_is_its_own(gateway: Installation) -> None:
    one, two = await a_machine(gateway, "proposals:write"), await a_machine(gateway, "proposals:write")
    key = {"idempotency-key": "of-a-machine"}
    for client in (one, two, gateway.admin, one):
        answer = await client.post("/api/v1/proposals", json=BODY, headers=key)
        assert answer.status_code == 201
    assert answer.headers["idempotency-replayed"] == "true"
    assert gateway.services.count("POST", "/internal/proposals") == 3


async def test_the_owning_service_hears_for_whom_and_with_which_key(gateway: Installation) -> None:
    made = await a_key(gateway, "proposals:write")
    await gateway.client(made["secret"]).post("/api/v1/proposals", json=BODY)
    asked = gateway.services.last("booking")
    assert asked.headers["x-staff-id"] == gateway.ids["admin@example.jp"]
    assert asked.headers["x-api-key-id"] == made["id"]
    assert made["secret"] not in str(asked.headers)


async def test_the_timeline_names_the_key_also_when_it_is_revoked(gateway: Installation) -> None:
    made = await a_key(gateway)
    await gateway.admin.delete(f"/api/v1/api-keys/{made['id']}")
    entry = a_timeline_entry(actor=f"key:{made['id']}")
    page = Answer(200, {"items": [entry], "next_cursor": None})
    gateway.services.says("booking", "GET /internal/appointments/apt_1/timeline", page)
    answer = (await gateway.taro.get("/api/v1/appointments/apt_1/timeline")).json()
    assert answer["items"][0]["actor"] == {"kind": "key", "staff_id": None, "name": "APIキー「CRM」"}


async def test_a_key_has_a_limit_of_its_own(gateway: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await a_key(gateway)
    monkeypatch.setattr(gateway.parts.limits, "_per_key", 3)
    machine = gateway.client(made["secret"])
    answers = [await machine.get("/api/v1/me") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (await (await a_machine(gateway)).get("/api/v1/me")).status_code == 200


async def test_a_key_is_no_cookie(gateway: Installation) -> None:
    made = await a_key(gateway)
    browser = gateway.pages()
    browser.cookies.set("chosei_session", made["secret"])
    assert (await browser.get("/account")).status_code == 303
    assert (await browser.get("/api/v1/me")).status_code == 401


async def test_g23_a_key_is_never_logged(gateway: Installation) -> None:
    with capture_logs() as logs:
        made = await a_key(gateway)
        await gateway.client(made["secret"]).get("/api/v1/me")
        await gateway.client(made["secret"] + "x").get("/api/v1/me")
        await gateway.admin.delete(f"/api/v1/api-keys/{made['id']}")
    assert {"api_key.made", "api_key.revoked"} <= {entry["event"] for entry in logs}
    assert made["secret"].removeprefix(made["prefix"]) not in str(logs)


async def test_the_page_shows_a_new_secret_once_and_revokes_after_asking(gateway: Installation) -> None:
    page = gateway.pages("admin@example.jp")
    form = {"csrf_token": await token_of(page, "/settings/api-keys"), "name": "<顧客管理>", "days": "30"}
    refused = await page.post("/settings/api-keys", data=form)
    assert refused.status_code == 422
    assert "権限を1つ以上選んでください。" in refused.text
    made = await page.post("/settings/api-keys", data=form | {"scopes": ["appointments:write", "pages:read"]})
    secret = re.search(r"csk_[0-9a-f]{12}_[\w-]{43}", made.text)
    assert secret
    assert "&lt;顧客管理&gt;" in made.text
    assert (await gateway.client(secret[0]).get("/api/v1/pages")).status_code == 200
    listed = (await page.get("/settings/api-keys")).text
    assert secret[0] not in listed
    assert "アポイントメントの変更" in listed
    found = re.findall(r"/settings/api-keys/(key_\w+)/revoke", listed)[-1]
    assert "すぐに Chosei を使えなくなります" in (await page.get(f"/settings/api-keys/{found}/revoke")).text
    assert (await gateway.client(secret[0]).get("/api/v1/pages")).status_code == 200
    await page.post(f"/settings/api-keys/{found}/revoke", data=form)
    assert (await gateway.client(secret[0]).get("/api/v1/pages")).status_code == 401
    assert (await page.get(f"/settings/api-keys/{found}/revoke")).status_code == 303

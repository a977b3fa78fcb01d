"""Sessions, roles and organizations on the real database."""

from tests.integration.gateway.installation import CODE, URL, Installation


async def test_signing_in_answers_a_token_and_sets_a_cookie_for_the_same_session(gateway: Installation) -> None:
    login = {"email": "TARO@example.jp", "password": "demo-taro"}
    answer = await gateway.anyone.post("/api/v1/sessions", json=login)
    assert answer.status_code == 201
    assert answer.json()["staff"]["name"] == "山田太郎"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert answer.cookies["chosei_session"] == answer.json()["token"]


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(gateway: Installation) -> None:
    wrong = await gateway.anyone.post("/api/v1/sessions", json={"email": "taro@example.jp", "password": "x"})
    unknown = await gateway.anyone.post("/api/v1/sessions", json={"email": "nobody@example.jp", "password": "x"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.json()["code"] == "sign_in_failed"


async def test_the_eleventh_failed_sign_in_of_a_minute_is_refused_even_with_the_right_password(
    gateway: Installation,
) -> None:
    added = {"name": "鈴木一郎", "email": "locked@example.jp", "password": "right-password"}
    assert (await gateway.admin.post("/api/v1/staff", json=added)).status_code == 201
    login = {"email": "locked@example.jp", "password": "wrong"}
    codes = [(await gateway.anyone.post("/api/v1/sessions", json=login)).status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]
    refused = await gateway.anyone.post("/api/v1/sessions", json=login | {"password": "right-password"})
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_requests"
    assert 0 < int(refused.headers["retry-after"]) <= 120


async def test_many_right_sign_ins_at_once_are_not_counted_as_failed(gateway: Installation) -> None:
    login = {"email": "taro@example.jp", "password": "demo-taro"}
    for _ in range(12):
        assert (await gateway.anyone.post("/api/v1/sessions", json=login)).status_code == 201


async def test_a_session_that_ended_opens_nothing(gateway: Installation) -> None:
    login = {"email": "taro@example.jp", "password": "demo-taro"}
    token = (await gateway.anyone.post("/api/v1/sessions", json=login)).json()["token"]
    client = gateway.client(token)
    assert (await client.delete("/api/v1/sessions/current")).status_code == 204
    after = await client.get("/api/v1/me")
    assert after.status_code == 401
    assert after.json()["code"] == "unauthorized"


async def test_tokens_are_stored_by_hash_only(gateway: Installation) -> None:
    token = gateway.tokens["taro@example.jp"]
    rows = await gateway.parts.sessions.sessions.find({}).to_list(None)
    assert token not in str(rows)


async def test_the_cookie_alone_reads_but_changes_nothing_without_the_pages_token(gateway: Installation) -> None:
    token = gateway.tokens["taro@example.jp"]
    client = gateway.client(cookie=f"chosei_session={token}")
    assert (await client.get("/api/v1/me")).status_code == 200
    refused = await client.patch("/api/v1/me", json={"kana": "たろう"})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_refused")
    session = await gateway.parts.sessions.find(token)
    assert session is not None
    good = {"x-csrf-token": gateway.parts.csrf.token(session.id), "origin": URL}
    assert (await client.patch("/api/v1/me", json={"kana": "やまだたろう"}, headers=good)).status_code == 200
    strange = good | {"sec-fetch-site": "cross-site"}
    assert (await client.patch("/api/v1/me", json={"kana": "x"}, headers=strange)).status_code == 403


async def test_a_second_set_up_is_refused_whatever_the_code(gateway: Installation) -> None:
    admin = {"name": "x", "email": "second@example.jp", "password": "long-enough"}
    body = {"code": CODE, "organization": {"name": "Second"}, "admin": admin}
    again = await gateway.anyone.post("/api/v1/setup", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "already_set_up")


async def test_disabling_a_staff_member_ends_their_sessions_and_tells_the_others(gateway: Installation) -> None:
    added = {"name": "退職者", "email": "leaver@example.jp", "password": "long-enough"}
    staff = (await gateway.admin.post("/api/v1/staff", json=added)).json()
    login = {"email": "leaver@example.jp", "password": "long-enough"}
    token = (await gateway.anyone.post("/api/v1/sessions", json=login)).json()["token"]
    done = await gateway.admin.patch(f"/api/v1/staff/{staff['id']}", json={"disabled": True})
    assert done.json()["disabled"] is True
    assert (await gateway.client(token).get("/api/v1/me")).status_code == 401
    assert (await gateway.anyone.post("/api/v1/sessions", json=login)).status_code == 401


async def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(gateway: Installation) -> None:
    added = {"name": "変更者", "email": "changer@example.jp", "password": "first-password"}
    await gateway.admin.post("/api/v1/staff", json=added)
    login = {"email": "changer@example.jp", "password": "first-password"}
    first, second = [(await gateway.anyone.post("/api/v1/sessions", json=login)).json()["token"] for _ in range(2)]
    mine = gateway.client(first)
    wrong = await mine.patch("/api/v1/me", json={"password": "second-password", "current_password": "no"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/current_password")
    body = {"password": "second-password", "current_password": "first-password"}
    assert (await mine.patch("/api/v1/me", json=body)).status_code == 200
    assert (await mine.get("/api/v1/me")).status_code == 200
    assert (await gateway.client(second).get("/api/v1/me")).status_code == 401

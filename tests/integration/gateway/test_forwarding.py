"""What goes on to the owning services and what comes back."""

import asyncio

import pytest

from tests.integration.gateway.fakes import GUEST_TOKEN, SLOT, Answer, a_problem
from tests.integration.gateway.installation import Installation

BODY = {"slots": [SLOT], "guest": {"name": "田中花子"}, "send_mail": False}
GUEST = f"/api/v1/guest/proposals/{GUEST_TOKEN}"


async def test_booking_is_told_who_asks_and_answers_with_an_entity_tag(gateway: Installation) -> None:
    answer = await gateway.taro.post("/api/v1/proposals", json=BODY, headers={"x-request-id": "req-77"})
    asked = gateway.services.last("booking")
    assert asked.headers["authorization"] == "Bearer token-of-booking"
    assert asked.headers["x-staff-id"] == gateway.ids["taro@example.jp"]
    assert asked.headers["x-role"] == "member"
    assert asked.headers["x-request-id"] == answer.headers["x-request-id"] == "req-77"
    assert answer.headers["etag"] == '"r3"'
    assert answer.headers["location"] == "/api/v1/proposals/prp_1"


async def test_what_was_chosen_is_the_next_default(gateway: Installation) -> None:
    body = BODY | {"kind": "visit", "guidance": "地図をご覧ください", "visibility": "private"}
    await gateway.taro.post("/api/v1/proposals", json=body)
    await gateway.taro.post("/api/v1/proposals", json=BODY)
    defaults = (await gateway.taro.get("/api/v1/me")).json()["defaults"]
    assert defaults == {
        "kind": "web",
        "platform": "zoom",
        "guidance": "地図をご覧ください",
        "visibility": "private",
    }


async def test_a_refused_proposal_is_not_remembered(gateway: Installation) -> None:
    gateway.services.says("booking", "POST /internal/proposals", Answer(409, a_problem(409, "slot_taken")))
    before = (await gateway.admin.get("/api/v1/me")).json()["defaults"]
    answer = await gateway.admin.post("/api/v1/proposals", json=BODY | {"kind": "outbound"})
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert (await gateway.admin.get("/api/v1/me")).json()["defaults"] == before


async def test_a_registration_is_answered_with_where_it_stands(gateway: Installation) -> None:
    body = {"title": "定例", **{name: SLOT[name] for name in ("start", "end")}}
    answer = await gateway.taro.post("/api/v1/appointments", json=body)
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/v1/appointments/{answer.json()['id']}")
    assert gateway.services.last("booking").url.path == "/internal/appointments"


async def test_a_preview_is_made_of_bookings_words_and_stores_nothing(gateway: Installation) -> None:
    answer = await gateway.taro.post("/api/v1/proposals/preview", json=BODY)
    assert answer.json() == {"subject": "件名", "text": "本文", "html": "<p>本文</p>"}
    assert b"booking.slots_proposed.v1" in gateway.services.last("notifier").content
    assert gateway.services.count("POST", "/internal/proposals") == 0


async def test_a_guests_token_travels_in_a_header_and_session_and_cookies_do_not(gateway: Installation) -> None:
    token = gateway.tokens["taro@example.jp"]
    client = gateway.client(token, cookie=f"chosei_session={token}")
    assert (await client.get(GUEST)).status_code == 200
    asked = gateway.services.last("booking")
    assert asked.headers["x-guest-token"] == GUEST_TOKEN
    assert GUEST_TOKEN not in str(asked.url)
    assert "x-staff-id" not in asked.headers
    assert "cookie" not in asked.headers


async def test_what_cannot_be_a_token_is_not_found_like_a_wrong_one(gateway: Installation) -> None:
    gateway.services.says(
        "booking", "GET /internal/guest/proposal", Answer(404, a_problem(404, "not_found", "見つかりませんでした。"))
    )
    wrong = await gateway.anyone.get("/api/v1/guest/proposals/AAAAAAAAAAAAAAAAAAAAAA")
    odd = await gateway.anyone.get("/api/v1/guest/proposals/%E5%B1%B1%0d%0aX:1")
    assert (wrong.status_code, odd.status_code) == (404, 404)
    assert wrong.json()["code"] == odd.json()["code"] == "not_found"


async def test_a_service_that_is_down_is_unavailable_and_says_when_to_come_back(gateway: Installation) -> None:
    gateway.services.down = {"booking", "zoom_issuer"}
    for path in ("/api/v1/proposals", "/api/v1/connections", GUEST):
        answer = await gateway.taro.get(path, headers={"accept-language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["title"] == "Temporarily unavailable"
    assert (await gateway.anyone.get("/healthz")).status_code == 200
    ready = await gateway.anyone.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["booking"] == "failing"


async def test_a_services_own_crash_or_refusal_of_us_is_not_the_callers(gateway: Installation) -> None:
    for status in (401, 500, 502):
        gateway.services.says("booking", "GET /internal/proposals/prp_1", Answer(status, a_problem(500, "internal")))
        answer = await gateway.taro.get("/api/v1/proposals/prp_1")
        assert answer.status_code in (502, 503)


async def test_problems_go_on_unchanged_with_their_retry_after(gateway: Installation) -> None:
    problem = a_problem(503, "calendar_unreadable")
    gateway.services.says(
        "booking", "POST /internal/guest/proposal/confirm", Answer(503, problem, headers={"retry-after": "30"})
    )
    answer = await gateway.anyone.post(f"{GUEST}/confirm", json={"slot_id": "slt_1", "name": "田中"})
    assert answer.json() == problem
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


async def test_calendars_join_what_stands_in_them_with_our_own_claims(gateway: Installation) -> None:
    taro = gateway.ids["taro@example.jp"]
    span = {"start": "2030-12-02T10:00:00+09:00", "end": "2030-12-02T11:00:00+09:00"}
    busy = {"staff_id": taro, "status": "fresh", "as_of": span["start"], "busy": [span | {"kind": "tentative"}]}
    earlier = {"start": "2030-12-02T08:00:00+09:00", "end": "2030-12-02T09:00:00+09:00", "kind": "hold"}
    gateway.services.says("calendar_sync", "GET /internal/busy", Answer(200, {"items": [busy]}))
    gateway.services.says(
        "booking", "GET /internal/claims", Answer(200, {"items": [{"staff_id": taro, "spans": [earlier]}]})
    )
    asked = {"staff_ids": taro, "from": "2030-12-01T00:00:00+09:00", "to": "2030-12-08T00:00:00+09:00"}
    (item,) = (await gateway.taro.get("/api/v1/calendar", params=asked)).json()["items"]
    assert (item["staff_id"], item["status"]) == (taro, "fresh")
    assert [span["kind"] for span in item["busy"]] == ["hold", "tentative"]


async def test_connections_of_all_services_are_listed_together(gateway: Installation) -> None:
    items = (await gateway.taro.get("/api/v1/connections")).json()["items"]
    assert [(item["provider"], item["status"]) for item in items] == [
        ("zoom", "disconnected"),
        ("google", "connected"),
        ("microsoft", "disconnected"),
    ]


async def test_consent_ends_where_it_began_by_session_or_by_the_flows_cookie(gateway: Installation) -> None:
    begun = await gateway.taro.post("/api/v1/connections/google/authorize")
    assert begun.json()["authorize_url"].startswith("https://google.example/")
    flow = begun.headers["set-cookie"].partition(";")[0]
    back = "/oauth/google/callback?state=s&code=c"
    by_flow = await gateway.client(cookie=flow).get(back)
    by_session = await gateway.client(cookie=f"chosei_session={gateway.tokens['taro@example.jp']}").get(back)
    assert by_flow.status_code == by_session.status_code == 303
    assert by_flow.headers["location"] == by_session.headers["location"] == "/connections?connected=google"
    nobody = await gateway.anyone.get(back)
    assert nobody.headers["location"] == "/connections?error=oauth_state_invalid&provider=google"
    forged = await gateway.client(cookie=flow[:-1] + ("0" if flow[-1] != "0" else "1")).get(back)
    assert "oauth_state_invalid" in forged.headers["location"]
    assert (await gateway.client(cookie=flow).head(back)).status_code == 405


async def test_a_refused_consent_names_both_addresses_to_that_person(gateway: Installation) -> None:
    problem = a_problem(409, "address_mismatch") | {"account": "jiro@example.jp", "expected": "taro@example.jp"}
    gateway.services.says("calendar_sync", "POST /internal/connections/google/callback", Answer(409, problem))
    client = gateway.pages("taro@example.jp")
    answer = await client.get("/oauth/google/callback?state=s&code=c")
    assert answer.headers["location"] == "/connections?error=address_mismatch&provider=google"
    told = (await client.get(answer.headers["location"])).text
    assert "(jiro@example.jp)" in told
    assert "(taro@example.jp)" in told
    gateway.services.reset()
    others = gateway.pages("admin@example.jp")
    others.cookies.update(client.cookies)
    others.cookies.set("chosei_session", gateway.tokens["admin@example.jp"])
    assert "jiro@example.jp" not in (await others.get(answer.headers["location"])).text


async def test_an_account_in_the_address_of_the_page_is_not_shown(gateway: Installation) -> None:
    session = f"chosei_session={gateway.tokens['taro@example.jp']}"
    for cookie in (b"", b"s1.", b"s1.AAAA", b"s1.\xe3\x81\x82", b"x"):
        answer = await gateway.pages().get(
            "/connections?error=address_mismatch&account=attacker@example.com&expected=me@x.example",
            headers=[(b"cookie", session.encode() + b"; chosei_account=" + cookie)],
        )
        assert answer.status_code == 200, cookie
        assert "attacker@example.com" not in answer.text
        assert "taro@example.jp" in answer.text


async def test_notifications_have_a_limit_of_their_own(gateway: Installation) -> None:
    limits = gateway.parts.limits
    before, limits._hooks_per_ip = limits._hooks_per_ip, 0
    try:
        refused = await gateway.anyone.post("/hooks/google", content=b"")
    finally:
        limits._hooks_per_ip = before
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) > 0
    assert gateway.services.asked == []


async def test_notifications_are_handed_on_and_answered_as_told(gateway: Installation) -> None:
    gateway.services.says(
        "calendar_sync", "POST /internal/notifications/microsoft", Answer(200, {"status": 200, "text": "<token>"})
    )
    answer = await gateway.anyone.post("/hooks/microsoft?validationToken=%3Ctoken%3E", content=b"")
    assert (answer.status_code, answer.text) == (200, "<token>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert b"validationToken" in gateway.services.last("calendar_sync").content


@pytest.mark.usefixtures("long_minutes")
async def test_losers_of_a_race_are_not_counted_and_others_are(
    gateway: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.parts.limits, "_per_link", 3)
    link = f"/api/v1/guest/proposals/{'r' * 22}/confirm"
    choice = {"slot_id": "slt_1", "name": "田中"}
    confirm = "POST /internal/guest/proposal/confirm"
    gateway.services.says("booking", confirm, Answer(409, a_problem(409, "slot_taken")))
    lost = await asyncio.gather(*(gateway.anyone.post(link, json=choice) for _ in range(20)))
    assert {answer.status_code for answer in lost} == {409}
    gateway.services.says("booking", confirm, Answer(422, a_problem(422, "unknown_slot")))
    codes = [(await gateway.anyone.post(link, json=choice)).status_code for _ in range(4)]
    assert codes == [422] * 3 + [429]

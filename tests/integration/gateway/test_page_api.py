"""Scheduling pages in the API: handed on to booking, with their tags; bad bodies never get there."""

from tests.integration.gateway.installation import Installation


async def test_the_api_hands_pages_on_with_their_tags(gateway: Installation) -> None:
    made = await gateway.admin.post("/api/v1/pages", json={"title": "ご相談"}, headers={"idempotency-key": "k1"})
    assert (made.status_code, made.headers["etag"], made.headers["location"]) == (201, '"r1"', "/api/v1/pages/pag_1")
    assert gateway.services.last("booking").headers["idempotency-key"] == "k1"
    changed = await gateway.admin.patch("/api/v1/pages/pag_1", json={"active": False}, headers={"if-match": '"r1"'})
    assert changed.headers["etag"] == '"r2"'
    assert gateway.services.last("booking").headers["if-match"] == '"r1"'
    assert (await gateway.admin.get("/api/v1/pages?q=相談&owner_id=stf_taro")).json()["items"][0]["slug"] == "intro"
    assert gateway.services.last("booking").url.params["owner_id"] == "stf_taro"
    copied = await gateway.admin.post("/api/v1/pages/pag_1/copy")
    assert (copied.status_code, copied.headers["location"]) == (201, "/api/v1/pages/pag_2")
    assert (await gateway.admin.delete("/api/v1/pages/pag_1")).json()["deleted"] is True


async def test_bad_bodies_are_refused_before_booking_is_asked(gateway: Installation) -> None:
    answer = await gateway.admin.post("/api/v1/pages", json={"title": "ご相談", "step": 7})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert gateway.services.count("POST", "/internal/pages") == 0

"""Idempotency keys on the real database (G8): repeats, other bodies, twins in flight, and what is stored."""

import asyncio

from tests.integration.gateway.fakes import GUEST_TOKEN, SLOT, Answer, a_guest_appointment, a_problem, a_proposal_view
from tests.integration.gateway.installation import Installation
from tests.waiting import eventually

BODY = {"slots": [SLOT], "guest": {"name": "田中花子"}, "send_mail": False}
CONFIRM = f"/api/v1/guest/proposals/{GUEST_TOKEN}/confirm"
CHOICE = {"slot_id": "slt_1", "name": "田中花子"}


async def test_the_same_key_and_body_give_the_first_answer_again(gateway: Installation) -> None:
    key = {"idempotency-key": "repeat-1"}
    first = await gateway.taro.post("/api/v1/proposals", json=BODY, headers=key)
    gateway.services.says("booking", "POST /internal/proposals", Answer(201, a_proposal_view(id="prp_2")))
    reordered = dict(reversed(BODY.items()))
    again = await gateway.taro.post("/api/v1/proposals", json=reordered, headers=key)
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"] == '"r3"'
    assert gateway.services.count("POST", "/internal/proposals") == 1


async def test_the_key_goes_on_to_the_owning_service(gateway: Installation) -> None:
    await gateway.taro.post("/api/v1/proposals", json=BODY, headers={"idempotency-key": "goes-on"})
    assert gateway.services.last("booking").headers["idempotency-key"] == "goes-on"


async def test_the_same_key_with_another_body_is_refused(gateway: Installation) -> None:
    key = {"idempotency-key": "reused-1"}
    await gateway.taro.post("/api/v1/proposals", json=BODY, headers=key)
    other = await gateway.taro.post("/api/v1/proposals", json=BODY | {"title": "別"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_another_callers_same_key_is_another_request(gateway: Installation) -> None:
    key = {"idempotency-key": "shared-word"}
    for client in (gateway.taro, gateway.admin, gateway.other):
        assert (await client.post("/api/v1/proposals", json=BODY, headers=key)).status_code == 201
    assert gateway.services.count("POST", "/internal/proposals") == 3


async def test_twins_at_once_reach_the_owning_service_once_and_are_answered_alike(gateway: Installation) -> None:
    gateway.services.gate = asyncio.Event()
    key = {"idempotency-key": "twins"}
    twins = [asyncio.create_task(gateway.anyone.post(CONFIRM, json=CHOICE, headers=key)) for _ in range(5)]
    await eventually(lambda: gateway.services.count("POST", "/internal/guest/proposal/confirm") == 1)
    gateway.services.gate.set()
    answers = await asyncio.gather(*twins)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert gateway.services.count("POST", "/internal/guest/proposal/confirm") == 1


async def test_a_refusal_is_repeated_too(gateway: Installation) -> None:
    key = {"idempotency-key": "refused"}
    gateway.services.says(
        "booking", "POST /internal/guest/proposal/confirm", Answer(409, a_problem(409, "slot_taken") | {"slots": []})
    )
    first = await gateway.anyone.post(CONFIRM, json=CHOICE, headers=key)
    gateway.services.says("booking", "POST /internal/guest/proposal/confirm", Answer(201, a_guest_appointment()))
    again = await gateway.anyone.post(CONFIRM, json=CHOICE, headers=key)
    assert (first.status_code, again.status_code) == (409, 409)
    assert again.json()["code"] == "slot_taken"
    assert again.headers["content-type"] == "application/problem+json"


async def test_an_outage_sets_the_key_free(gateway: Installation) -> None:
    key = {"idempotency-key": "outage"}
    gateway.services.down = {"booking"}
    first = await gateway.anyone.post(CONFIRM, json=CHOICE, headers=key)
    gateway.services.down = set()
    again = await gateway.anyone.post(CONFIRM, json=CHOICE, headers=key)
    assert (first.status_code, again.status_code) == (503, 201)


async def test_invalid_input_is_repeated_and_keys_are_checked(gateway: Installation) -> None:
    key = {"idempotency-key": "invalid"}
    first = await gateway.taro.post("/api/v1/proposals", json={"slots": []}, headers=key)
    again = await gateway.taro.post("/api/v1/proposals", json={"slots": []}, headers=key)
    assert first.status_code == again.status_code == 422
    assert again.headers["idempotency-replayed"] == "true"
    for odd in ("", "x" * 256, "with space", "kéy"):
        refused = await gateway.taro.post(
            "/api/v1/proposals", json=BODY, headers=[(b"idempotency-key", odd.encode("latin-1"))]
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_invalid"), odd


async def test_no_guest_token_stands_in_what_is_stored(gateway: Installation) -> None:
    await gateway.taro.post("/api/v1/proposals", json=BODY, headers={"idempotency-key": "secret-answer"})
    await gateway.anyone.post(CONFIRM, json=CHOICE, headers={"idempotency-key": "secret-path"})
    rows = await gateway.parts.staff.staff.database["answers"].find({}).to_list(None)
    assert rows
    assert GUEST_TOKEN not in str(rows)
    assert "田中花子" not in str(rows)


async def test_a_missing_session_is_not_remembered(gateway: Installation) -> None:
    key = {"idempotency-key": "no-session"}
    assert (await gateway.anyone.post("/api/v1/proposals", json=BODY, headers=key)).status_code == 401
    assert (await gateway.taro.post("/api/v1/proposals", json=BODY, headers=key)).status_code == 201

"""Mail templates in the API: who may write, what goes on to notifier, and what comes back (C6)."""

from tests.integration.gateway.fakes import Answer, a_problem
from tests.integration.gateway.installation import Installation

PATH = "/api/v1/mail-templates/confirmed.guest"
DRAFT = {"subject": "件名", "body": "{{ zoom_block }}"}


async def test_the_template_is_that_of_the_language_asked_for_or_of_the_organization(gateway: Installation) -> None:
    answer = await gateway.taro.get(PATH)
    assert gateway.services.last("notifier").url.query == b"language=ja"
    assert (answer.headers["etag"], answer.json()["body"]) == ('"r0"', answer.json()["default"]["body"])
    await gateway.taro.get(f"{PATH}?language=en")
    assert gateway.services.last("notifier").url.query == b"language=en"
    assert (await gateway.taro.get(f"{PATH}?language=fr")).status_code == 422


async def test_administrators_write_and_members_do_not(gateway: Installation) -> None:
    headers = {"if-match": '"r0"', "idempotency-key": "k-1"}
    answer = await gateway.admin.put(PATH, json=DRAFT, headers=headers)
    asked = gateway.services.last("notifier")
    assert (asked.headers["if-match"], asked.headers["idempotency-key"]) == ('"r0"', "k-1")
    assert (answer.status_code, answer.headers["etag"]) == (200, '"r1"')
    assert (await gateway.admin.delete(PATH)).headers["etag"] == '"r2"'
    assert (await gateway.taro.put(PATH, json=DRAFT)).status_code == 403
    assert (await gateway.taro.delete(PATH)).status_code == 403
    listed = (await gateway.taro.get("/api/v1/mail-templates")).json()
    first = (await gateway.taro.get("/api/v1/mail-templates", params={"limit": "1"})).json()
    rest = {"limit": "1", "cursor": first["next_cursor"]}
    last = (await gateway.taro.get("/api/v1/mail-templates", params=rest)).json()
    assert [*first["items"], *last["items"]] == listed["items"]
    assert (listed["next_cursor"], last["next_cursor"]) == (None, None)


async def test_a_draft_is_previewed_by_who_may_not_keep_it(gateway: Installation) -> None:
    asked = {**DRAFT, "appointment_id": "apt_1"}
    answer = await gateway.taro.post(f"{PATH}/preview", json=asked)
    assert answer.json() == {"subject": "件名", "text": "本文", "html": "<p>本文</p>"}
    assert (await gateway.taro.post(f"{PATH}/preview", json={"body": None})).status_code == 422
    assert (await gateway.taro.post(f"{PATH}/preview")).json() == answer.json()


async def test_lines_and_columns_of_what_is_wrong_come_through(gateway: Installation) -> None:
    error = {"pointer": "/body", "detail": "…", "line": 3, "column": 7, "suggestion": "guest"}
    problem = {**a_problem(422, "template_invalid"), "errors": [error]}
    gateway.services.says("notifier", "PUT /internal/mail-templates/confirmed.guest", Answer(422, problem))
    answer = await gateway.admin.put(PATH, json=DRAFT)
    assert (answer.status_code, answer.json()["errors"]) == (422, [error])


async def test_a_name_leads_nowhere_else(gateway: Installation) -> None:
    for name in ("..", "confirmed", "a.b%2f..", "Confirmed.guest", "x" * 80 + ".guest"):
        assert (await gateway.admin.get(f"/api/v1/mail-templates/{name}")).status_code in (404, 200)
    assert all(request.url.path.startswith("/internal/mail-templates") for request in gateway.services.asked)

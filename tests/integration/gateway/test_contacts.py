"""Contacts (H6, H7): the API hands them on to booking with their tags, pages show and change them."""

import json

import httpx

from tests.integration.gateway.contact_views import CONTACT_ID
from tests.integration.gateway.fakes import Answer, a_problem, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

ADMIN = "admin@example.jp"
PATH = f"/api/v1/contacts/{CONTACT_ID}"
INTERNAL = f"/internal/contacts/{CONTACT_ID}"


async def post(gateway: Installation, path: str, form: dict[str, str]) -> httpx.Response:
    page = gateway.pages(ADMIN)
    return await page.post(path, data=form | {"csrf_token": await token_of(page, f"/contacts/{CONTACT_ID}")})


async def test_the_api_hands_contacts_on_with_their_tags(gateway: Installation) -> None:
    listed = await gateway.admin.get("/api/v1/contacts?q=田中&owner_id=stf_taro")
    assert listed.json()["items"][0]["last_booking"]["source"] == "news"
    assert dict(gateway.services.last("booking").url.params) == {"q": "田中", "owner_id": "stf_taro", "limit": "50"}
    shown = await gateway.admin.get(PATH)
    assert (shown.headers["etag"], shown.json()["history"][0]["id"]) == ('"r1"', "apt_1")
    changed = await gateway.admin.patch(PATH, json={"owner_id": None}, headers={"if-match": '"r1"'})
    assert changed.headers["etag"] == '"r2"'
    assert gateway.services.last("booking").headers["if-match"] == '"r1"'


async def test_bad_changes_are_refused_before_booking_is_asked(gateway: Installation) -> None:
    for body in ({"email": "x@example.jp"}, {"name": None}, {"name": "a\nb"}):
        answer = await gateway.admin.patch(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert gateway.services.count("PATCH", f"/internal/contacts/{CONTACT_ID}") == 0
    assert (await gateway.anyone.get("/api/v1/contacts")).status_code == 401


async def test_h6_the_list_of_appointments_can_be_narrowed_to_a_campaign(gateway: Installation) -> None:
    await gateway.admin.get("/api/v1/appointments?campaign=spring")
    assert gateway.services.last("booking").url.params["campaign"] == "spring"


async def test_the_pages_list_contacts_and_show_one_with_history_and_campaign(gateway: Installation) -> None:
    listed = (await gateway.pages(ADMIN).get("/contacts?q=田中")).text
    assert f'href="/contacts/{CONTACT_ID}"' in listed
    assert "春の&lt;b&gt;案内&lt;/b&gt;" in listed
    shown = (await gateway.pages(ADMIN).get(f"/contacts/{CONTACT_ID}?lang=en")).text
    assert 'href="/appointments/apt_1"' in shown
    assert "Campaign (utm_campaign)" in shown


async def test_a_form_sends_only_what_was_changed(gateway: Installation) -> None:
    seen = {"seen_name": "田中花子", "seen_company": "ABC株式会社", "seen_owner_id": "stf_taro", "version": "1"}
    typed = {"name": "田中花子", "company": "ABC", "owner_id": ""}
    answer = await post(gateway, f"/contacts/{CONTACT_ID}", seen | typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/contacts/{CONTACT_ID}?said=changed")
    asked = gateway.services.last("booking")
    assert (json.loads(asked.content), asked.headers["if-match"]) == ({"company": "ABC", "owner_id": None}, '"r1"')
    for status, code, sentence in (
        (412, "version_mismatch", "ほかの人が先に変更しました"),
        (403, "forbidden", "だめです"),
    ):
        gateway.services.says("booking", f"PATCH {INTERNAL}", Answer(status, a_problem(status, code)))
        refused = await post(gateway, f"/contacts/{CONTACT_ID}", seen | typed)
        assert (refused.status_code, sentence in refused.text) == (status, True)


async def test_h6_an_appointment_shows_its_campaign_and_leads_to_the_contact(gateway: Installation) -> None:
    page = {"id": "pag_1", "title": "ご相談", "slug": "intro"}
    answers = [{"question_id": "q", "label": "ご用件", "kind": "text", "value": "<i>相談</i>"}]
    utm = {"source": "news", "campaign": "spring"}
    view = an_appointment_view(page=page, answers=answers, utm=utm, contact_id=CONTACT_ID)
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, view))
    shown = (await gateway.pages(ADMIN).get("/appointments/apt_1")).text
    assert f'href="/contacts/{CONTACT_ID}"' in shown
    assert "spring" in shown
    assert "&lt;i&gt;相談&lt;/i&gt;" in shown
    gateway.services.says("booking", f"GET {INTERNAL}", Answer(404, a_problem(404, "not_found")))
    assert f"/contacts/{CONTACT_ID}" not in (await gateway.pages(ADMIN).get("/appointments/apt_1")).text

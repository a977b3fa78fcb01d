"""Contacts in the API (H7): handed on to booking, with their tags."""

from tests.integration.gateway.contact_views import CONTACT_ID
from tests.integration.gateway.installation import Installation

PATH = f"/api/v1/contacts/{CONTACT_ID}"


async def test_the_api_hands_contacts_on_with_their_tags(gateway: Installation) -> None:
    listed = await gateway.admin.get("/api/v1/contacts?q=田中&owner_id=stf_taro")
    assert listed.json()["items"][0]["last_booking"]["source"] == "news"
    assert dict(gateway.services.last("booking").url.params) == {"q": "田中", "owner_id": "stf_taro", "limit": "50"}
    shown = await gateway.admin.get(PATH)
    assert (shown.headers["etag"], shown.json()["history"][0]["id"]) == ('"r1"', "apt_1")
    changed = await gateway.admin.patch(PATH, json={"owner_id": None}, headers={"if-match": '"r1"'})
    assert changed.headers["etag"] == '"r2"'
    assert gateway.services.last("booking").headers["if-match"] == '"r1"'
    deleted = await gateway.admin.delete(PATH)
    assert (deleted.status_code, deleted.content) == (204, b"")


async def test_bad_changes_are_refused_before_booking_is_asked(gateway: Installation) -> None:
    for body in ({"email": "x@example.jp"}, {"name": None}, {"name": "a\nb"}):
        answer = await gateway.admin.patch(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert gateway.services.count("PATCH", f"/internal/contacts/{CONTACT_ID}") == 0
    assert (await gateway.anyone.get("/api/v1/contacts")).status_code == 401


async def test_h6_the_list_of_appointments_can_be_narrowed_to_a_campaign(gateway: Installation) -> None:
    await gateway.admin.get("/api/v1/appointments?campaign=spring")
    assert gateway.services.last("booking").url.params["campaign"] == "spring"

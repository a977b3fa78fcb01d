"""Where an administrator's consent for the organization's Zoom account comes back (C1)."""

from tests.integration.gateway.fakes import Answer
from tests.integration.gateway.installation import Installation

BACK = "/oauth/zoom/account/callback?state=s&code=c"
CONNECTED = {
    "status": "connected",
    "kind": "admin_oauth",
    "account": "acme",
    "account_id": "acme",
    "connected_by": "stf_admin",
    "users": 0,
    "listed_at": None,
    "listing_problem": "",
    "consent_offered": True,
    "former": [],
}


async def test_c1_an_administrators_consent_comes_back_to_the_page_of_the_account(gateway: Installation) -> None:
    connected = Answer(200, {"account": CONNECTED, "offer": None})
    gateway.services.says("zoom_issuer", "POST /internal/zoom-account/callback", connected)
    answer = await gateway.pages("admin@example.jp").get(BACK)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/zoom?said=connected")


async def test_c1_a_member_cannot_bring_a_consent_back(gateway: Installation) -> None:
    answer = await gateway.pages("taro@example.jp").get(BACK)
    assert answer.status_code == 403
    assert not any(one.url.path.endswith("/callback") for one in gateway.services.asked)

"""Every page asked with odd words in its address, and every way that takes a form sent what is none: refused or taken
as text, never a fault of the server (G24).
"""

import re
from pathlib import Path

import httpx
import pytest

from services.gateway import pages
from tests.access import Who
from tests.access.routes import PREFIX, declared
from tests.integration.gateway.contact_views import CONTACT_ID
from tests.integration.gateway.fakes import GUEST_TOKEN, Answer, a_problem
from tests.integration.gateway.installation import URL, Installation
from tests.integration.gateway.test_pages import token_of
from tests.integration.gateway.webhook_views import DELIVERY_ID, WEBHOOK_ID

ADMIN = "admin@example.jp"
ODD = [
    "",
    "-1",
    "²",
    "1e999999",
    "9" * 5000,
    "0001-01-01",
    "9999-12-31",
    "23:59",
    "0001-01-01T00:00",
    "9999-12-31T23:59:59+09:00",
    "//[",
    "\x00\u2028",
    "{{ 7*7 }}",
    "[" * 3000,
]
PLACES = {
    "proposal_id": "prp_1",
    "appointment_id": "apt_1",
    "meeting_type_id": "mtp_1",
    "bookable_id": "bkb_1",
    "contact_id": CONTACT_ID,
    "webhook_id": WEBHOOK_ID,
    "delivery_id": DELIVERY_ID,
    "token": GUEST_TOKEN,
    "slug": "intro",
    "provider": "google",
    "noun": "proposals",
    "language": "ja",
    "name": "confirmed_guest",
    "mark": "20301202T040000Z",
}
RULES = declared()
_ASKED = re.compile(r"(?:query_params|asked|query|given)\.?(?:get)?[\[(]\s*\"(\w+)\"")


def names_in_addresses() -> set[str]:
    """What pages look for in an address, as it stands in their code."""
    found: set[str] = set()
    for module in Path(next(iter(pages.__path__))).glob("*.py"):
        found.update(_ASKED.findall(module.read_text()))
    return found | {
        "month",
        "day",
        "start",
        "duration",
        "time_zone",
        "embed",
        "lang",
        "cursor",
        "q",
        "page",
        "next",
        "said",
    }


def place(path: str, **more: str) -> str:
    known = PLACES | more
    return "/".join(known.get(part[1:-1], "x_1") if part.startswith("{") else part for part in path.split("/"))


def of_pages(method: str) -> list[str]:
    skipped = (Who.PROVIDER, Who.ANYBODY)
    every = [route.split(" ") for route, who in RULES.items() if who not in skipped and f" {PREFIX}/" not in route]
    return [path for which, path in every if which == method and not path.endswith(".ics")]


def shown(path: str) -> list[str]:
    """A page's address, or those of the nouns that it serves."""
    if path.startswith("/menus/{noun}"):
        return [
            place(path, noun=noun, item_id=item) for noun, item in (("meeting-types", "mtp_1"), ("bookables", "bkb_1"))
        ]
    if path.startswith("/{noun}"):
        return [
            place(path, noun=noun, item_id=item) for noun, item in (("proposals", "prp_1"), ("appointments", "apt_1"))
        ]
    return [place(path)]


@pytest.fixture
async def browser(gateway: Installation, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    for limit in ("_per_ip", "_per_link", "_per_recipient", "_sign_ins", "_sign_ins_per_ip"):
        monkeypatch.setattr(gateway.parts.limits, limit, 10**9)
    made = gateway.pages(ADMIN)
    made.headers["origin"] = URL
    return made


async def test_g24_no_address_makes_the_server_stumble_whatever_stands_in_it(browser: httpx.AsyncClient) -> None:
    names, wrong = sorted(names_in_addresses()), {}
    for path in of_pages("GET"):
        for address in shown(path):
            for odd in ODD:
                try:
                    answer = await browser.get(address, params=dict.fromkeys(names, odd[:300]))
                    said: object = answer.status_code
                except Exception as error:
                    said = repr(error)
                if not isinstance(said, int) or said == 500:
                    wrong[f"{address} {odd[:20]!r}"] = said
    assert not wrong, wrong


@pytest.mark.parametrize("address", ["/sign-in", f"/g/{GUEST_TOKEN}", "/p/intro", "/account", "/hooks/google"])
async def test_g24_no_page_takes_files_and_many_fields_are_a_mistake(browser: httpx.AsyncClient, address: str) -> None:
    refused = (200, 202, 303, 400, 403, 422)
    many = {f"f{number}": "x" for number in range(5000)}
    assert (await browser.post(address, data=many)).status_code in refused
    odd = {"content-type": "application/x-www-form-urlencoded; charset=none"}
    assert (await browser.post(address, content=b"\xff=%ff&%", headers=odd)).status_code in refused
    files = {"email": ("evil.exe", b"MZ" * 1000, "application/octet-stream"), "password": ("x", b"y", "text/plain")}
    assert (await browser.post(address, files=files)).status_code == 415
    broken = {"content-type": "Multipart/Form-Data; boundary=x"}
    assert (await browser.post(address, content=b"--y\r\n\r\n", headers=broken)).status_code == 415


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/appointments/apt_1/reschedule", {"date": "2030-12-02", "last": "9999-12-31"}),
        ("/appointments/apt_1/reschedule", {"date": "9999-12-31", "start": "13:00", "end": "12:00"}),
        ("/proposals/guest-page", {"title": "JSONではない"}),
    ],
)
async def test_g24_what_has_no_next_day_and_what_is_no_json_is_a_mistake(
    gateway: Installation, browser: httpx.AsyncClient, address: str, typed: dict[str, str]
) -> None:
    refused = Answer(400, a_problem(400, "bad_json"))
    gateway.services.says("booking", "POST /internal/proposals/preview", refused)
    token = await token_of(browser, "/account")
    answer = await browser.post(address, data={**typed, "csrf_token": token})
    assert answer.status_code in (303, 400, 404, 422)

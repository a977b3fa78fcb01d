"""Every form of every page filled with what nobody expects there, and every page asked with odd words in its address:
refused or taken as text, never a fault of the server (G24).
"""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from services.gateway import pages
from tests.access import Who
from tests.access.routes import PREFIX, declared
from tests.integration.gateway.contact_views import CONTACT_ID
from tests.integration.gateway.fakes import GUEST_TOKEN
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
SENT_AWAY = {"/sign-out", "/account/password", "/setup"}
"""Ends the session that all share, or needs a hash for each try."""
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


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: where to, and the names of their fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, set[str]]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = (given.get("method") or "").lower() == "post"
            if self._inside:
                self.found.append((given.get("action") or "", set()))
        elif self._inside and tag in ("input", "select", "textarea", "button") and given.get("name"):
            self.found[-1][1].add(str(given["name"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


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


async def filled(names: set[str], odd: str, token: str) -> Mapping[str, str]:
    return {**dict.fromkeys(names, odd), "csrf_token": token, "version": "1"}


@pytest.fixture
async def browser(gateway: Installation, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    for limit in ("_per_ip", "_per_link", "_per_recipient", "_sign_ins", "_sign_ins_per_ip"):
        monkeypatch.setattr(gateway.parts.limits, limit, 10**9)
    made = gateway.pages(ADMIN)
    made.headers["origin"] = URL
    return made


async def forms_of(browser: httpx.AsyncClient) -> dict[str, set[str]]:
    """By address, with all fields that any page has for it; and what has no form on any page that is shown here."""
    found: dict[str, set[str]] = {address: set() for path in of_pages("POST") for address in shown(path)}
    for address in [address for path in of_pages("GET") for address in shown(path)]:
        answer = await browser.get(address)
        if answer.status_code == 200 and "text/html" in answer.headers["content-type"]:
            parser = Forms()
            parser.feed(answer.text)
            for action, names in parser.found:
                found.setdefault(action.partition("?")[0] or address, set()).update(names)
    return {address: names for address, names in found.items() if address not in SENT_AWAY}


def each_alone(names: set[str]) -> Iterator[set[str]]:
    yield names
    yield from ({name} for name in sorted(names) if name.startswith(("date", "start", "end", "last", "duration")))


async def test_g24_no_form_makes_the_server_stumble_whatever_is_typed(browser: httpx.AsyncClient) -> None:
    token = await token_of(browser, "/account")
    wrong: dict[str, object] = {}
    forms = await forms_of(browser)
    assert sum(1 for names in forms.values() if len(names) > 2) > 15
    usual = {"date": "2030-12-02", "last": "2030-12-03", "start": "13:00", "end": "14:00"}
    for address, names in forms.items():
        for odd in ODD:
            for some in each_alone(names | set(usual)):
                sent = {**usual, **await filled(some, odd, token)}
                try:
                    answer = await browser.post(address, data=sent)
                    said: object = answer.status_code
                except Exception as error:  # what a server's own handler would log and answer with 500
                    said = repr(error)
                if not isinstance(said, int) or said == 500:
                    wrong[f"{address} {sorted(some) if len(some) == 1 else ''} {odd[:20]!r}"] = said
    assert not wrong, wrong


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

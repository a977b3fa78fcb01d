"""Scheduling pages in frames of other sites: who may show them, and what stays in the frame (H12)."""

import re
from typing import Any

import httpx

from tests.integration.gateway.fakes import GUEST_TOKEN, Answer, a_guest_appointment
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.page_views import a_guest_page

SITES = ["https://www.example.jp", "https://shop.example.com:8443"]
PAGE = "GET /internal/guest/page/intro"
BOOK = "POST /internal/guest/page/intro/bookings"
STANDS = "GET /internal/guest/appointment"
REF = {"id": "pag_1", "title": "ご相談", "slug": "intro"}
FORM = {"start": "2030-12-02T04:00:00Z", "name": "田中花子", "email": "hanako@example.jp", "form_key": "k1"}


def says(gateway: Installation, what: str, status: int, body: dict[str, Any]) -> None:
    gateway.services.says("booking", what, Answer(status, body))


def framers(answer: httpx.Response) -> tuple[str, str | None]:
    policy = answer.headers["content-security-policy"]
    return policy.rpartition("frame-ancestors ")[2], answer.headers.get("x-frame-options")


async def test_h12_a_page_can_be_framed_by_the_sites_that_it_allows_and_by_no_other(gateway: Installation) -> None:
    guest = gateway.pages()
    says(gateway, PAGE, 200, a_guest_page())
    assert framers(await guest.get("/p/intro?embed=1")) == ("'none'", "DENY")
    says(gateway, PAGE, 200, a_guest_page(allowed_origins=SITES))
    assert framers(await guest.get("/p/intro")) == (" ".join(SITES), None)
    says(gateway, PAGE, 200, a_guest_page(allowed_origins=SITES, active=False))
    assert framers(await guest.get("/p/intro?embed=1")) == (" ".join(SITES), None)
    assert framers(await guest.get("/signin")) == ("'none'", "DENY")


async def test_h12_links_of_a_framed_page_stay_in_the_frame_without_header_and_footer(gateway: Installation) -> None:
    says(gateway, PAGE, 200, a_guest_page(allowed_origins=SITES, durations=[30, 60]))
    shown = (await gateway.pages().get("/p/intro?embed=1&month=2030-12&utm_source=site")).text
    assert "guest-top" not in shown
    assert 'class="foot"' not in shown
    links = re.findall(r'href="(/p/[^"]+)"', shown)
    assert links
    assert all("embed=1" in link and "utm_source=site" in link for link in links)
    assert f'data-origins="{" ".join(SITES)}"' in shown


async def test_h12_after_booking_the_frame_tells_its_site_when_and_never_who(gateway: Installation) -> None:
    guest = gateway.pages()
    says(gateway, PAGE, 200, a_guest_page(allowed_origins=SITES))
    says(gateway, BOOK, 201, a_guest_appointment() | {"page": REF})
    made = await guest.post("/p/intro?embed=1", data=FORM)
    assert made.headers["location"].endswith("?embed=1&booked=1")
    says(gateway, STANDS, 200, a_guest_appointment() | {"page": REF, "allowed_origins": SITES})
    shown = await guest.get(f"/a/{GUEST_TOKEN}?embed=1&booked=1")
    assert framers(shown) == (" ".join(SITES), None)
    told = re.search(r"data-told='([^']+)'", shown.text)
    assert told
    assert '"slug": "intro"' in told[1]
    assert "chosei:booked" in told[1]
    assert "example.jp" not in told[1]
    assert "田中" not in told[1]
    assert "data-told=''" in (await guest.get(f"/a/{GUEST_TOKEN}?embed=1")).text


async def test_h12_the_script_is_for_every_site_and_kept_by_its_hash(gateway: Installation) -> None:
    guest = gateway.pages()
    script = await guest.get("/embed.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert script.headers["access-control-allow-origin"] == "*"
    again = await guest.get("/embed.js", headers={"if-none-match": script.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_g24_a_form_that_another_site_sends_is_refused_still(gateway: Installation) -> None:
    says(gateway, PAGE, 200, a_guest_page(allowed_origins=SITES))
    headers = {"origin": SITES[0], "sec-fetch-site": "cross-site"}
    assert (await gateway.pages().post("/p/intro?embed=1", data=FORM, headers=headers)).status_code == 403

"""Whatever is sent to a form of the pages is answered with a page in the reader's language that says what is wrong, or
leads on; and nothing is kept that the API would have refused.
"""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.mongodb import MongoDB
from tests.infrastructure.broker import Broker
from tests.infrastructure.database import own_database
from tests.infrastructure.forms import read
from tests.infrastructure.generated import AT_A_SERVER
from tests.integration.gateway.spraying import Desk, FormRoute, a_desk, form_routes, spoilt

ROUTES = form_routes()
BY_SCRIPT = frozenset({"/proposals/guest-page", "/pages/preview"})
"""Sent by a page's script, which shows a part of a page, or reads problems as the API says them."""


@pytest.fixture(scope="module")
async def desk(mongod: MongoDB, gateway_broker: Broker) -> AsyncIterator[Desk]:
    async with own_database(mongod) as url, a_desk(url, gateway_broker.url("gateway"), ROUTES) as made:
        yield made


@pytest.mark.parametrize("route", ROUTES, ids=str)
@settings(AT_A_SERVER, max_examples=4)
@given(data=st.data())
async def test_whatever_is_sent_to_a_form_is_answered_with_a_page_that_explains_or_leads_on(
    desk: Desk, route: FormRoute, data: st.DataObject
) -> None:
    csrf, language = await desk.sign_in(), data.draw(st.sampled_from(["ja", "en"]))
    form = await desk.form_of(route)
    pressed = data.draw(st.sampled_from([[], *([button] for button in form.buttons)]))
    fields = [(name, csrf if name == "csrf_token" else value) for name, value in [*form.fields, *pressed]]
    if "csrf_token" not in dict(fields):
        fields.append(("csrf_token", csrf))
    sent = data.draw(spoilt(fields, sorted(route.words)))
    desk.made.services.asked.clear()
    answer = await desk.send(form.action, sent, csrf, language)
    assert answer.status_code < 500, answer.text
    if answer.is_redirect:
        assert answer.headers["location"].startswith(("/", "https://"))
        assert desk.wrote_elsewhere() or await desk.refused_by_the_api() == {}
    elif route.path not in BY_SCRIPT:
        assert answer.headers["content-type"].startswith("text/html"), answer.text
        page = read(answer.text)
        assert page.language == language
        assert page.explains or answer.status_code < 400, answer.text


@pytest.mark.parametrize("route", [route for route in ROUTES if "{" in route.path], ids=str)
async def test_a_form_of_what_is_not_there_is_answered_with_a_page(desk: Desk, route: FormRoute) -> None:
    csrf = await desk.sign_in()
    for odd in ("stf_other", b"\xff", "a\0b"):
        parts = [quote(odd, safe="") if part.startswith("{") else part for part in route.path.split("/")]
        answer = await desk.send("/".join(parts), [("csrf_token", csrf)], csrf, "en")
        assert answer.status_code < 500, answer.text
        assert answer.is_redirect or read(answer.text).language == "en", (odd, answer.text)


@pytest.mark.parametrize("path", ["/appointments/new", "/menus/{noun}/new", "/pages/new", "/pages/{page_id}/{step}"])
@pytest.mark.parametrize("key", ["鍵", "k" * 300, "a\nb"])
async def test_a_key_that_fits_no_header_is_refused_on_a_page(desk: Desk, path: str, key: str) -> None:
    csrf = await desk.sign_in()
    form = await desk.form_of(next(route for route in ROUTES if route.path == path))
    action = "/pages/pag_1/copy" if "{step}" in path else form.action
    fields = [(name, value) for name, value in form.fields if name not in ("key", "csrf_token")]
    desk.made.services.asked.clear()
    answer = await desk.send(action, [*fields, ("csrf_token", csrf), ("key", key)], csrf, "en")
    assert (answer.status_code, read(answer.text).explains) == (422, True)
    assert not desk.wrote_elsewhere()


def test_most_forms_are_filled_as_their_pages_have_them(desk: Desk) -> None:
    assert len(desk.forms) > 40

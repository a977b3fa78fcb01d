"""Whatever a browser, a program or an OpenID Connect provider might send: read, or refused, never a fault of ours."""

import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
from fastapi import Request, Response
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from services.gateway.edge import cursors, forwarding, instants
from services.gateway.edge.csrf import Csrf, CsrfRefused
from services.gateway.edge.etags import expected_version
from services.gateway.edge.flows import Flows
from services.gateway.edge.idempotency import _fingerprint
from services.gateway.edge.sign_in_flow import SignInFlows
from services.gateway.identity import bearer_of
from services.gateway.pages import hours_typed
from services.gateway.pages.guest_form import GuestForm
from services.gateway.pages.money_typed import amount_of
from services.gateway.pages.session import HOME, safe_path
from services.gateway.providers.answers import Provider
from services.gateway.providers.oidc import OidcProvider
from services.gateway.store.api_keys import looks_like_key
from shared.cursors import CursorInvalid
from shared.problem import Problem
from shared.providers import ProviderError
from tests.outside import json_values, objects, texts
from tests.unit.gateway.settings import some_settings
from tests.unit.gateway.test_oidc import CLIENT, ISSUER, NONCE, claims, signed

SETTINGS = some_settings()
HEADER = texts(60).map(lambda text: text.encode("latin-1", "replace"))
"""As a server hands it on: any bytes, read as latin-1."""


def a_request(method: str = "POST", body: bytes = b"", **headers: bytes) -> Request:
    raw = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/x", "headers": [(b"host", b"h"), *raw], "scheme": "http"}
    return Request(scope | {"query_string": b"", "server": ("h", 80), "state": {"body": body}})


@given(texts() | texts().map(lambda text: "/" + text) | st.from_regex(r"[/\\\[\]:@?#.a\t\n]{1,8}", fullmatch=True))
def test_signing_in_leads_to_a_page_of_ours_and_nowhere_else(target: str) -> None:
    found = safe_path(target)
    assert found == HOME or (found == target and found[0] == "/" and found[1:2] not in ("/", "\\"))


@pytest.mark.parametrize(
    "target", ["//[", "/\t/evil.example", "/\\evil.example", "https://evil.example", "//evil.example"]
)
def test_what_leads_elsewhere_leads_home(target: str) -> None:
    assert safe_path(target) == HOME


@given(HEADER, HEADER)
def test_odd_headers_of_a_caller_are_read(authorization: bytes, cookie: bytes) -> None:
    request = a_request(authorization=authorization, cookie=cookie)
    token = bearer_of(request)
    assert token is None or isinstance(looks_like_key(token), bool)
    for provider in Provider:
        assert Flows(SETTINGS).staff_id(request, provider) is None
    assert Flows(SETTINGS).noted_account(request, "stf_x") == ""


@given(texts(80), texts())
def test_a_flow_that_we_did_not_begin_is_none(kept: str, state: str) -> None:
    value = kept.encode("latin-1", "replace").replace(b";", b"")
    for name in (b"chosei_sign_in", b"chosei_account", b"chosei_flow_google"):
        request = a_request(cookie=name + b"=" + value)
        assert SignInFlows(SETTINGS).of(request, state) is None
        assert Flows(SETTINGS).staff_id(request, Provider.GOOGLE) is None
        assert Flows(SETTINGS).noted_account(request, "stf_x") == ""


@given(texts(80), HEADER, HEADER)
def test_a_token_that_no_page_bore_is_refused(token: str, origin: bytes, site: bytes) -> None:
    with pytest.raises(CsrfRefused):
        Csrf(SETTINGS).check(a_request(origin=origin, sec_fetch_site=site), "session", token)


@given(texts(), st.binary(max_size=80) | json_values().map(lambda value: json.dumps(value).encode()))
def test_what_stands_beside_a_body_is_read_or_refused(text: str, body: bytes) -> None:
    for read in (expected_version, forwarding.idempotency_key, forwarding.if_match):
        with suppress(Problem):
            read(text)
    with suppress(CursorInvalid):
        cursors.after(text)
    instants._with_plus(text)
    forwarding.looks_like_token(text)
    assert isinstance(forwarding.booker_in(body), str)
    assert len(_fingerprint(a_request(body=body))) == 64


@given(texts(), st.sampled_from(["jpy", "usd", "isk", "kwd"]))
def test_h13_what_is_typed_as_an_amount_is_one_or_none(typed: str, currency: str) -> None:
    amount = amount_of(typed, currency)
    assert amount is None or 0 < amount < 10**16


@pytest.mark.parametrize("typed", ["1e999999", "1E9", "Infinity", "nan", "1_000", "-5", "+5", "9" * 13, "٣"])
def test_h13_a_number_that_nobody_would_write_on_a_bill_is_no_amount(typed: str) -> None:
    assert amount_of(typed, "jpy") is None


@given(texts(80) | st.from_regex(r"[0-9:\-~, \n/.]{1,40}", fullmatch=True))
def test_what_is_typed_as_hours_and_dates_is_read_or_unreadable(typed: str) -> None:
    for read in (hours_typed.spans_of, hours_typed.exceptions_of, hours_typed.dates_of):
        with suppress(hours_typed.Unreadable):
            read(typed)  # type: ignore[operator]


FIELDS = st.sampled_from(["slot_id", "name", "company", "email", "time_zone", "message", "form_key"])


@given(st.lists(st.tuples(FIELDS, texts(300)), max_size=8))
def test_a_guests_form_has_a_body_or_says_what_is_wrong(fields: list[tuple[str, str]]) -> None:
    form = GuestForm.of(FormData(fields))
    assert form.errors("ja") or json.loads(form.body("ja"))["name"]


DESCRIBED = objects(
    issuer=st.just(ISSUER),
    authorization_endpoint=texts() | st.just("http://["),
    token_endpoint=st.just(f"{ISSUER}/token") | texts(),
    jwks_uri=st.just(f"{ISSUER}/jwks"),
    id_token_signing_alg_values_supported=st.lists(texts()),
)
KEYS = objects(
    keys=st.lists(objects("n", "e", "crv", "x", kty=st.sampled_from(["RSA", "EC", "OKP", "oct"])), max_size=2)
)
TOKENS = objects("access_token", id_token=texts() | st.just(signed(claims())))


@given(st.none() | DESCRIBED | json_values(), TOKENS | json_values(), KEYS | json_values(), json_values())
async def test_an_openid_provider_is_believed_or_refused_whatever_it_says(
    described: Any, tokens: Any, keys: Any, userinfo: Any
) -> None:
    usual = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/jwks",
    }
    answers = {"/token": tokens, "/jwks": keys, "/userinfo": userinfo}

    def answer(request: httpx.Request) -> httpx.Response:
        told = usual if described is None else described
        return httpx.Response(200, json=answers.get(request.url.path, told))

    settings = some_settings(oidc_issuer=ISSUER, oidc_client_id=CLIENT, oidc_client_secret="s")
    provider = OidcProvider(settings, httpx.MockTransport(answer))
    with suppress(ProviderError):
        await provider.authorize_url(redirect_uri="https://c.example", state="s", nonce=NONCE, verifier="v")
    with pytest.raises(ProviderError):
        await provider.who("code", redirect_uri="https://c.example", nonce=NONCE, verifier="v")


def test_every_cookie_of_a_way_out_is_kept_from_scripts_and_from_open_lines() -> None:
    response = Response()
    Csrf(SETTINGS).visit(a_request(), response)
    Flows(SETTINGS).set(response, "stf_x", Provider.GOOGLE)
    Flows(SETTINGS).note_account(response, "stf_x", "a@example.jp")
    cookies = response.headers.getlist("set-cookie")
    assert len(cookies) == 3
    assert all({"HttpOnly", "Secure", "SameSite=lax"} <= set(cookie.split("; ")) for cookie in cookies)

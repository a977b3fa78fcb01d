"""Codes and tokens: what each provider's rules make of them."""

from datetime import timedelta

import pytest
import time_machine

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.oauth import OAuthRefused, OAuthRules, OAuthServer, Refusal, Rotation, TokenSet, pkce_challenge

BACK = "http://127.0.0.1/callback"
TARO = Account(provider=Provider.ZOOM, email="taro@example.jp")


def _server(rotation: Rotation = Rotation.REPLACE, *, one_grant: bool = False) -> OAuthServer:
    return OAuthServer(
        OAuthRules(
            provider=Provider.ZOOM,
            rotation=rotation,
            access_lifetime=timedelta(hours=1),
            code_lifetime=timedelta(minutes=5),
            clients={"app": "secret"},
            one_grant_per_account=one_grant,
        )
    )


def _code(server: OAuthServer, *, offline: bool = True, challenge: str | None = None) -> str:
    return server.issue_code(
        client_id="app", account=TARO, redirect_uri=BACK, scope="s", offline=offline, challenge=challenge
    )


def _tokens(server: OAuthServer) -> TokenSet:
    return server.redeem_code("app", _code(server), BACK, None)


def _refresh_token(tokens: TokenSet) -> str:
    assert tokens.refresh_token is not None
    return tokens.refresh_token


def test_replacing_kills_the_old_refresh_token() -> None:
    server = _server(Rotation.REPLACE)
    old = _refresh_token(_tokens(server))
    new = _refresh_token(server.refresh("app", old))

    with pytest.raises(OAuthRefused, match=Refusal.TOKEN_DEAD):
        server.refresh("app", old)
    assert server.refresh("app", new).access_token


def test_adding_keeps_the_old_refresh_token_alive() -> None:
    server = _server(Rotation.ADD)
    old = _refresh_token(_tokens(server))
    new = _refresh_token(server.refresh("app", old))

    assert new != old
    assert server.refresh("app", old).access_token


def test_keeping_hands_out_no_new_refresh_token() -> None:
    server = _server(Rotation.KEEP)
    token = _refresh_token(_tokens(server))

    assert server.refresh("app", token).refresh_token is None
    assert server.refresh("app", token).access_token


def test_a_code_that_was_not_asked_for_offline_brings_no_refresh_token() -> None:
    server = _server()

    assert server.redeem_code("app", _code(server, offline=False), BACK, None).refresh_token is None


def test_a_code_used_twice_ends_what_it_gave() -> None:
    server = _server()
    code = _code(server)
    tokens = server.redeem_code("app", code, BACK, None)

    with pytest.raises(OAuthRefused, match=Refusal.CODE_USED):
        server.redeem_code("app", code, BACK, None)
    with pytest.raises(OAuthRefused, match=Refusal.TOKEN_REVOKED):
        server.authenticate(tokens.access_token)


@pytest.mark.parametrize(
    ("redirect_uri", "verifier", "refusal"),
    [
        ("http://127.0.0.1/other", "v", Refusal.REDIRECT_MISMATCH),
        (BACK, "w", Refusal.PKCE_FAILED),
        (BACK, None, Refusal.PKCE_FAILED),
    ],
)
def test_a_code_is_bound_to_its_redirect_and_challenge(redirect_uri: str, verifier: str | None, refusal: str) -> None:
    server = _server()
    code = _code(server, challenge=pkce_challenge("v"))

    with pytest.raises(OAuthRefused, match=refusal):
        server.redeem_code("app", code, redirect_uri, verifier)


def test_codes_and_access_tokens_end_with_the_clock() -> None:
    server = _server()
    with time_machine.travel("2026-12-01T00:00:00Z", tick=False) as traveller:
        code, tokens = _code(server), _tokens(server)
        traveller.shift(timedelta(minutes=5))
        with pytest.raises(OAuthRefused, match=Refusal.CODE_EXPIRED):
            server.redeem_code("app", code, BACK, None)
        traveller.shift(timedelta(minutes=55))
        with pytest.raises(OAuthRefused, match=Refusal.TOKEN_EXPIRED):
            server.authenticate(tokens.access_token)


def test_authorizing_again_ends_earlier_tokens_where_the_provider_does_so() -> None:
    once, many = _server(one_grant=True), _server()
    first_once, _, first_many, _ = _tokens(once), _tokens(once), _tokens(many), _tokens(many)

    with pytest.raises(OAuthRefused, match=Refusal.TOKEN_REVOKED):
        once.authenticate(first_once.access_token)
    assert many.authenticate(first_many.access_token).grant.account_email == TARO.email


def test_revoking_a_refresh_token_ends_the_whole_grant() -> None:
    server = _server()
    tokens = _tokens(server)

    assert server.revoke(_refresh_token(tokens))
    assert not server.revoke(_refresh_token(tokens))
    with pytest.raises(OAuthRefused):
        server.authenticate(tokens.access_token)


def test_expired_tokens_leave_the_refresh_token_revoked_ones_do_not() -> None:
    server = _server(Rotation.KEEP)
    tokens = _tokens(server)
    server.expire_access_tokens()
    with pytest.raises(OAuthRefused, match=Refusal.TOKEN_EXPIRED):
        server.authenticate(tokens.access_token)
    renewed = server.refresh("app", _refresh_token(tokens))
    server.revoke_everything()

    with pytest.raises(OAuthRefused, match=Refusal.TOKEN_REVOKED):
        server.authenticate(renewed.access_token)
    with pytest.raises(OAuthRefused, match=Refusal.TOKEN_DEAD):
        server.refresh("app", _refresh_token(tokens))


def test_a_wrong_secret_is_no_client() -> None:
    with pytest.raises(OAuthRefused, match=Refusal.INVALID_CLIENT):
        _server().check_client("app", "wrong")

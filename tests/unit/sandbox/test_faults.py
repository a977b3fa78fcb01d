"""Which calls a fault rule hits."""

import random

import pytest

from deploy.sandbox.accounts import Provider
from deploy.sandbox.faults import FaultBook, FaultKind, FaultRule


def _book(*rules: FaultRule) -> FaultBook:
    book = FaultBook(random.Random(7))
    book.replace(list(rules))
    return book


def test_a_rule_without_conditions_hits_everything() -> None:
    book = _book(FaultRule(kind=FaultKind.SLOW))

    assert book.draw(Provider.GOOGLE, "GET", "/anything") is not None
    assert book.draw(Provider.SMTP, "DATA", "/a@example.jp") is not None


@pytest.mark.parametrize(
    ("path", "hit"),
    [("/v2/users", True), ("/v2/meetings", False), (r"/v2/users/\w+/meetings$", True), ("meetings", True)],
)
def test_a_path_is_a_prefix_or_a_pattern(path: str, hit: bool) -> None:
    book = _book(FaultRule(kind=FaultKind.STATUS, path=path))

    assert (book.draw(Provider.ZOOM, "POST", "/v2/users/me/meetings") is not None) is hit


def test_times_counts_only_what_was_hit() -> None:
    book = _book(FaultRule(kind=FaultKind.STATUS, method="POST", times=2))
    book.draw(Provider.ZOOM, "GET", "/")
    hits = [book.draw(Provider.ZOOM, "POST", "/") for _ in range(3)]

    assert [hit is not None for hit in hits] == [True, True, False]
    assert book.rules() == []


def test_share_hits_about_that_many() -> None:
    book = _book(FaultRule(kind=FaultKind.STATUS, share=0.1))
    hits = sum(book.draw(Provider.ZOOM, "GET", "/") is not None for _ in range(2000))

    assert 140 < hits < 260


def test_an_earlier_rule_goes_first_and_a_spent_one_lets_through() -> None:
    book = _book(FaultRule(kind=FaultKind.STATUS, times=1), FaultRule(kind=FaultKind.SLOW))
    kinds = [rule.kind for _ in range(2) if (rule := book.draw(Provider.ZOOM, "GET", "/"))]

    assert kinds == [FaultKind.STATUS, FaultKind.SLOW]


@pytest.mark.parametrize(
    ("rule", "at_once"),
    [
        (FaultRule(kind=FaultKind.EXPIRE_TOKENS), True),
        (FaultRule(kind=FaultKind.REVOKE_TOKENS, provider=Provider.ZOOM, times=1), True),
        (FaultRule(kind=FaultKind.EXPIRE_TOKENS, path="/v2"), False),
        (FaultRule(kind=FaultKind.EXPIRE_TOKENS, share=0.1), False),
        (FaultRule(kind=FaultKind.STATUS), False),
    ],
)
def test_token_faults_that_name_no_calls_act_at_once(rule: FaultRule, at_once: bool) -> None:
    assert rule.acts_at_once is at_once


def test_a_token_fault_at_calls_strikes_once_unless_told_otherwise() -> None:
    book = _book(FaultRule(kind=FaultKind.EXPIRE_TOKENS, path="/v2"))
    hits = [book.draw(Provider.ZOOM, "GET", "/v2/users/me") for _ in range(2)]

    assert [hit is not None for hit in hits] == [True, False]

"""Amounts of money as Stripe counts them and as people read them (H13)."""

import pytest

from shared.money import is_money, least_of, money_words, scale_of, step_of
from shared.problem import Language


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        (3300, "jpy", "en", "¥3,300"),
        (3300, "jpy", "ja", "￥3,300"),
        (1250, "usd", "en", "$12.50"),
        (5, "eur", "en", "€0.05"),
        (1250, "all", "en", "ALL12.50"),
        (17500, "huf", "en", "HUF175.00"),
        (50_000, "isk", "en", "ISK500"),
        (1250, "kwd", "en", "KWD1.250"),
    ],
)
def test_h13_amounts_are_told_in_the_smallest_unit(amount: int, currency: str, language: Language, words: str) -> None:
    assert money_words(amount, currency, language).replace("\u00a0", "") == words


@pytest.mark.parametrize(
    ("currency", "scale", "step", "least"),
    [
        ("jpy", 1, 1, 50),
        ("krw", 1, 1, 1),
        ("usd", 100, 1, 50),
        ("gbp", 100, 1, 30),
        ("huf", 100, 1, 17500),
        ("isk", 100, 100, 100),
        ("kwd", 1000, 10, 10),
    ],
)
def test_h13_stripe_counts_each_currency_in_its_own_way(currency: str, scale: int, step: int, least: int) -> None:
    assert (scale_of(currency), step_of(currency), least_of(currency)) == (scale, step, least)


@pytest.mark.parametrize(("currency", "known"), [("jpy", True), ("JPY", False), ("yen", False), ("xyz", False)])
def test_what_is_a_currency(currency: str, known: bool) -> None:
    assert is_money(currency) is known

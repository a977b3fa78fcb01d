"""Prices and times of a scheduling page in words (H13, X12)."""

import pytest

from services.gateway.pages.page_view import choice_of, price_words
from shared.contracts.api.page_guests import PageSlotView
from shared.contracts.api.pages import PriceFields
from shared.problem import Language
from tests.unit.gateway.pages.builders import START, a_reading


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        (3300, "jpy", "en", "¥3,300"),
        (1250, "usd", "en", "$12.50"),
        (5, "eur", "en", "€0.05"),
        (1250, "all", "en", "ALL12.50"),
    ],
)
def test_h13_amounts_are_told_in_the_smallest_unit(amount: int, currency: str, language: Language, words: str) -> None:
    assert price_words(PriceFields(amount=amount, currency=currency), language) == words


def test_x12_the_pages_own_time_stands_beside_where_it_differs() -> None:
    slot = PageSlotView(start=START, end=START.replace(minute=30))
    there = choice_of(slot, "Asia/Tokyo", a_reading("America/New_York", "en"))
    assert (there.day, there.hours) == ("Mon, 30 Nov 2026", "23:00 – 23:30")
    assert "".join(there.office).replace("\n", "").endswith("in Japan")
    assert choice_of(slot, "Asia/Tokyo", a_reading()).office == ()

"""Prices of pages (H13): what Stripe would refuse is refused when staff set it, and what nobody can pay is closed."""

from typing import Any

import pytest

from tests.integration.booking.page_requests import ADMIN, a_page, a_page_request, book, slots_of, visit
from tests.integration.booking.world import World, emptied, in_tokyo, opened


@pytest.mark.parametrize(
    ("price", "pointer", "words"),
    [
        ({"amount": 49, "currency": "jpy"}, "/price/amount", "￥50以上"),
        ({"amount": 49, "currency": "usd"}, "/price/amount", "$0.50以上"),
        ({"amount": 29, "currency": "gbp"}, "/price/amount", "£0.30以上"),
        ({"amount": 17499, "currency": "huf"}, "/price/amount", "HUF175.00以上"),
        ({"amount": 50_050, "currency": "isk"}, "/price/amount", "ISK1単位"),
        ({"amount": 500, "currency": "yen"}, "/price/currency", "この通貨"),
    ],
)
async def test_h13_a_price_that_stripe_would_refuse_is_refused(
    world: World, price: dict[str, Any], pointer: str, words: str
) -> None:
    answer = await world.call("POST", "/pages", a_page_request(price=price), **ADMIN)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]


@pytest.mark.parametrize("price", [{"amount": 50, "currency": "jpy"}, {"amount": 50_000, "currency": "isk"}])
async def test_h13_stripes_least_is_taken(world: World, price: dict[str, Any]) -> None:
    assert (await a_page(world, price=price))["price"]["amount"] == price["amount"]


async def test_h13_without_an_account_at_stripe_no_price_is_taken_and_a_priced_page_is_closed(
    booking_url: str,
) -> None:
    await emptied(booking_url)
    async with opened(booking_url) as world:
        page = await a_page(world, price={"amount": 3000})
        assert page["can_be_paid"] is True
    async with opened(booking_url, seeded=False, stripe_secret_key="") as world:
        refused = await world.call("POST", "/pages", a_page_request(price={"amount": 3000}), **ADMIN)
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/price"]
        assert "Stripe" in refused.json()["errors"][0]["detail"]
        path = f"/pages/{page['id']}"
        assert (await world.call("GET", path, **ADMIN)).json()["can_be_paid"] is False
        assert (await visit(world, "GET", page)).json()["active"] is False
        assert await slots_of(world, page) == []
        closed = await book(world, page, in_tokyo(2, 10).isoformat())
        assert (closed.status_code, closed.json()["code"]) == (410, "page_closed")
        renamed = await world.call("PATCH", path, {"title": "x"}, **ADMIN)
        assert renamed.status_code == 200, renamed.text
        free = (await world.call("PATCH", path, {"price": None}, **ADMIN)).json()
        assert free["can_be_paid"] is True
        assert (await book(world, page, in_tokyo(2, 10).isoformat())).status_code == 201

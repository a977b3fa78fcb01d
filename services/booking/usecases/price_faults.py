"""What is wrong with the price of a page (H13): what Stripe would refuse when a guest wants to pay is said to staff who
set it. A price that stays as it was is not looked at again.
"""

from services.booking.model.page import Page
from services.booking.problems import Words
from shared.contracts.api.pages import PriceFields
from shared.money import is_money, least_of, money_words, step_of

NO_PAYMENTS: Words = (
    "お支払いの設定(Stripeのキー)がないため、料金は設定できません。システムの管理者に依頼してください。",
    "A price needs an account at Stripe, and none is set up here. Please ask whoever operates this system.",
)
UNKNOWN_CURRENCY: Words = ("この通貨は使えません。", "There is no such currency.")


def price_faults(before: Page | None, after: Page, *, takes_payments: bool) -> list[tuple[str, Words]]:
    price = after.price
    if price is None or (before is not None and before.price == price):
        return []
    if not takes_payments:
        return [("/price", NO_PAYMENTS)]
    if not is_money(price.currency):
        return [("/price/currency", UNKNOWN_CURRENCY)]
    if price.amount < least_of(price.currency):
        return [("/price/amount", _too_small(price))]
    if price.amount % step_of(price.currency):
        return [("/price/amount", _too_fine(price))]
    return []


def _too_small(price: PriceFields) -> Words:
    ja, en = (money_words(least_of(price.currency), price.currency, language) for language in ("ja", "en"))
    return (
        f"{ja}以上にしてください。これより少ない金額は決済できません。",
        f"At least {en}; less cannot be paid by card.",
    )


def _too_fine(price: PriceFields) -> Words:
    ja, en = (money_words(step_of(price.currency), price.currency, language) for language in ("ja", "en"))
    return f"この通貨の金額は{ja}単位にしてください。", f"Amounts of this currency are multiples of {en}."

"""Amounts of money (H13): how Stripe counts them, the least that it takes, and how people read them. They are in the
smallest unit that Stripe's API knows of their currency (its documentation, Supported currencies).
"""

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_currency, is_currency

from shared.problem import Language

_WHOLE = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
"""Currencies without a smaller unit."""
_WHOLE_IN_HUNDREDTHS = frozenset(["isk", "ugx"])
"""They have no smaller unit either, but are counted as if they had."""
_THOUSANDTHS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
"""Cards take no more than two of their three decimals."""
_LEAST: Mapping[str, int] = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
"""Of accounts in the currency itself. What is converted must come to the least of the account's currency, at a rate
that only Stripe knows.
"""


def is_money(currency: str) -> bool:
    """Whether it is the code of a currency, in lower case."""
    return currency.islower() and is_currency(currency.upper())


def scale_of(currency: str) -> int:
    """Of how many smallest units one is made."""
    return 1 if currency in _WHOLE else 1000 if currency in _THOUSANDTHS else 100


def step_of(currency: str) -> int:
    """Amounts are its multiples."""
    return 100 if currency in _WHOLE_IN_HUNDREDTHS else 10 if currency in _THOUSANDTHS else 1


def least_of(currency: str) -> int:
    """What can be paid at least, as far as that is known."""
    return max(_LEAST.get(currency, 1), step_of(currency))


def money_words(amount: int, currency: str, language: Language) -> str:
    """``¥3,300``, ``$12.50``."""
    by_currency = currency in _WHOLE | _WHOLE_IN_HUNDREDTHS | _THOUSANDTHS
    value = Decimal(amount) / scale_of(currency)
    return str(format_currency(value, currency.upper(), locale=language, currency_digits=by_currency))

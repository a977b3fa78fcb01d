"""Amounts as people type them, in yen or in dollars and cents, and in the smallest unit of their currency (H13)."""

import unicodedata
from decimal import Decimal, InvalidOperation

CURRENCIES = ("jpy", "usd", "eur", "gbp")
_WHOLE = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"]
)
"""Currencies without a smaller unit."""
_LONGEST = 15


def amount_of(typed: str, currency: str) -> int | None:
    """None where it is no amount of this currency."""
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").strip("¥円$€£ ")
    try:
        units = Decimal(plain) * scale_of(currency) if len(plain) <= _LONGEST else Decimal("NaN")
    except InvalidOperation:
        return None
    return int(units) if units.is_finite() and units > 0 and units == units.to_integral_value() else None


def amount_text(amount: int, currency: str) -> str:
    scale = scale_of(currency)
    return str(amount) if scale == 1 else f"{Decimal(amount) / scale:.2f}"


def scale_of(currency: str) -> int:
    """Of how many smallest units one is made."""
    return 1 if currency in _WHOLE else 100

"""Amounts as people type them, in yen or in dollars and cents, and in the smallest unit of their currency (H13)."""

import unicodedata
from decimal import Decimal, InvalidOperation

from shared.money import scale_of, step_of

CURRENCIES = ("jpy", "usd", "eur", "gbp")
_LONGEST = 15


def amount_of(typed: str, currency: str) -> int | None:
    """None where it is no amount of this currency."""
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").strip("¥円$€£ ")
    try:
        units = Decimal(plain) * scale_of(currency) if len(plain) <= _LONGEST else Decimal("NaN")
    except InvalidOperation:
        return None
    return int(units) if units.is_finite() and units > 0 and units % step_of(currency) == 0 else None


def amount_text(amount: int, currency: str) -> str:
    scale = scale_of(currency)
    decimals = len(str(scale // step_of(currency))) - 1
    return f"{Decimal(amount) / scale:.{decimals}f}"

"""Amounts as people type them, in yen or in dollars and cents, and in the smallest unit of their currency (H13)."""

import re
import unicodedata
from decimal import Decimal

from shared.money import scale_of, step_of

CURRENCIES = ("jpy", "usd", "eur", "gbp")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{0,2})?|\.[0-9]{1,2}")


def amount_of(typed: str, currency: str) -> int | None:
    """None where it is no amount of this currency."""
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").strip("¥円$€£ ")
    if not _AMOUNT.fullmatch(plain):
        return None
    units = Decimal(plain) * scale_of(currency)
    return int(units) if units > 0 and units % step_of(currency) == 0 else None


def amount_text(amount: int, currency: str) -> str:
    scale = scale_of(currency)
    decimals = len(str(scale // step_of(currency))) - 1
    return f"{Decimal(amount) / scale:.{decimals}f}"

"""Slots as text, one per line, to be pasted into a mail (R8)."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from services.booking.model.spans import Span
from shared.wording import Language, span


def slots_text(spans: Sequence[Span], *, zone: ZoneInfo, locale: Language) -> str:
    """``2026年12月1日(火) 13:00 ～ 14:00`` or ``Tue, 1 Dec 2026 13:00 – 14:00``; an end on another day names it."""
    ordered = sorted(spans, key=lambda one: one.start_at)
    return "".join(f"{span(one.start_at, one.end_at, zone, locale)}\n" for one in ordered)

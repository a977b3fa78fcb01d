"""The times that remain, as booking names them beside a refusal, nearest first (X12)."""

from pydantic import TypeAdapter, ValidationError

from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.page_guests import PageSlotView

_SHOWN = 5
"""More would hide what was typed; the calendar has them all."""
_SLOTS = TypeAdapter(list[PageSlotView])


def slots_left(problem: BackendProblem) -> list[PageSlotView]:
    try:
        return _SLOTS.validate_python(problem.body.get("slots") or [])[:_SHOWN]
    except ValidationError:
        return []

"""The times that remain, as booking names them beside a refusal, nearest first (X12)."""

from pydantic import TypeAdapter, ValidationError

from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.page_guests import PageSlotView

_SLOTS = TypeAdapter(list[PageSlotView])


def slots_left(problem: BackendProblem) -> list[PageSlotView]:
    try:
        return _SLOTS.validate_python(problem.body.get("slots") or [])
    except ValidationError:
        return []

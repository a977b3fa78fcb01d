"""What staff narrow a list to, as both lists take it."""

from typing import Annotated

from fastapi import Query

from services.booking.store.listings import Narrowing
from shared.contracts.booking import Kind


async def narrowing(
    q: Annotated[str, Query(max_length=255)] = "",
    staff_id: Annotated[str, Query(max_length=100)] = "",
    kind: Kind | None = None,
    troubled: bool = False,
    campaign: Annotated[str, Query(max_length=255)] = "",
) -> Narrowing:
    return Narrowing(q, staff_id, kind, troubled, campaign)

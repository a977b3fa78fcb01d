"""What a service holds of appointments and proposals, for who asks for a guest's data (X5)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from shared.contracts.api.erasures import HeldQuestion, HeldRecord, HeldRecords
from shared.internal import Caller, Guard, caller, check_admin

Holds = Callable[[str, Sequence[str]], Awaitable[list[HeldRecord]]]
"""Of an organization, by ids."""


def build_holding_router(guard: Guard, holds: Holds) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(guard)])

    @router.post("/personal-data")
    async def show(body: HeldQuestion, who: Annotated[Caller, Depends(caller)]) -> HeldRecords:
        check_admin(who)
        return HeldRecords(records=await holds(who.organization_id, body.ids))

    return router

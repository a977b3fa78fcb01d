"""Administrators: a guest's data in one document, and its erasure (X5)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.booking.routes.versions import if_match
from services.booking.schemas import read_cursor
from services.booking.store.erasures import Erasures
from services.booking.usecases.ask_erasure import AskErasure
from services.booking.usecases.export_guest import ExportGuest
from services.booking.views.erasures import erasure_view
from shared.contracts.api.erasures import ErasureList, ErasureRequest, ErasureView, GuestData
from shared.cursors import cursor_of
from shared.internal import Caller, Guard, caller, check_admin
from shared.problem import NotFound

Who = Annotated[Caller, Depends(caller)]
Expected = Annotated[str | None, Depends(if_match)]


def build_erasure_routes(guard: Guard, ask: AskErasure, export: ExportGuest, erasures: Erasures) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(guard)])

    @router.delete("/contacts/{contact_id}", status_code=202)
    async def erase_contact(contact_id: str, who: Who, expected: Expected) -> ErasureView:
        return erasure_view(await ask.of_contact(contact_id, who, expected))

    @router.get("/contacts/{contact_id}/export")
    async def export_contact(contact_id: str, who: Who) -> GuestData:
        return await export(contact_id, who)

    @router.post("/erasures", status_code=202)
    async def erase_address(body: ErasureRequest, who: Who) -> ErasureView:
        return erasure_view(await ask.of_address(body.email, who))

    @router.get("/erasures")
    async def list_erasures(
        who: Who,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> ErasureList:
        check_admin(who)
        after = read_cursor(cursor, 1, who.language)
        found = await erasures.page(who.organization_id, before_id=after[0] if after else None, limit=limit + 1)
        page = found[:limit]
        more = cursor_of(page[-1].erasure_id) if len(found) > limit else None
        return ErasureList(items=[erasure_view(one) for one in page], next_cursor=more)

    @router.get("/erasures/{erasure_id}")
    async def show_erasure(erasure_id: str, who: Who) -> ErasureView:
        check_admin(who)
        found = await erasures.find(who.organization_id, erasure_id)
        if found is None:
            raise NotFound()
        return erasure_view(found)

    return router

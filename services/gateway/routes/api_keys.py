"""API keys (X8): administrators make, list and revoke them. Keys themselves may not (``scopes.py``)."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.cursors import after, cursor_of
from services.gateway.identity import SignedIn, api_staff, require_admin
from services.gateway.parts import parts_of
from services.gateway.schemas.api_keys import ApiKeyCreate, ApiKeyList, ApiKeyMade, ApiKeyView
from shared import clock
from shared.problem import NotFound

router = APIRouter(prefix="/api-keys", tags=["api keys"])
Me = Annotated[SignedIn, Depends(api_staff)]
log = structlog.get_logger(__name__)


@router.post("", status_code=201)
async def make_api_key(request: Request, response: Response, asked: ApiKeyCreate, me: Me) -> ApiKeyMade:
    """Administrators only. The secret is shown this once; the key does what its maker may do, as far as its scopes go,
    and rests while its maker is disabled.
    """
    require_admin(me)
    made = await parts_of(request).make_api_key(me.staff, asked)
    response.headers["Location"] = f"/api/v1/api-keys/{made.key.id}"
    return ApiKeyMade.with_secret(made.key, me.staff, made.secret)


@router.get("")
async def list_api_keys(
    request: Request,
    me: Me,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ApiKeyList:
    """Administrators only. With who made each, and when it was used last."""
    require_admin(me)
    parts = parts_of(request)
    found = await parts.api_keys.list_of(me.organization.id, after=after(cursor), limit=limit + 1)
    makers = await parts.staff.those(me.organization.id, {key.created_by for key in found})
    items = [ApiKeyView.of(key, makers.get(key.created_by)) for key in found[:limit]]
    return ApiKeyList(items=items, next_cursor=cursor_of(items[-1].id) if len(found) > limit else None)


@router.get("/{key_id}")
async def show_api_key(request: Request, key_id: str, me: Me) -> ApiKeyView:
    """Administrators only. One that is not revoked."""
    require_admin(me)
    parts = parts_of(request)
    key = await parts.api_keys.find_in(me.organization.id, key_id)
    if key is None:
        raise NotFound()
    return ApiKeyView.of(key, await parts.staff.find_in(me.organization.id, key.created_by))


@router.delete("/{key_id}", status_code=204)
async def revoke_api_key(request: Request, key_id: str, me: Me) -> Response:
    """Administrators only. The key ends at once; a second time does nothing."""
    require_admin(me)
    if not await parts_of(request).api_keys.revoke(me.organization.id, key_id, clock.now()):
        raise NotFound()
    log.info("api_key.revoked", api_key_id=key_id, staff_id=me.staff.id)
    return Response(status_code=204)

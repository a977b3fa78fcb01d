"""The caller's organization and its settings."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.edge.etags import etag, expected_version
from services.gateway.identity import SignedIn, api_staff, require_admin
from services.gateway.parts import parts_of
from services.gateway.schemas.organization import OrganizationPatch, OrganizationView

router = APIRouter(prefix="/organization", tags=["organization"])


@router.get("")
async def show_organization(response: Response, me: Annotated[SignedIn, Depends(api_staff)]) -> OrganizationView:
    """Every staff member may read them."""
    response.headers["ETag"] = etag(me.organization.version)
    return OrganizationView.of(me.organization)


@router.patch("")
async def change_organization(
    request: Request,
    response: Response,
    patch: OrganizationPatch,
    me: Annotated[SignedIn, Depends(api_staff)],
    expected: Annotated[int | None, Depends(expected_version)],
) -> OrganizationView:
    """Administrators only."""
    require_admin(me)
    changed = await parts_of(request).change_organization(
        me.organization.id, patch, expected=expected, request_id=me.request_id
    )
    response.headers["ETag"] = etag(changed.version)
    return OrganizationView.of(changed)

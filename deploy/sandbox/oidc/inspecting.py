"""``/inspect/oidc``: new keys, and ID tokens that say otherwise."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from deploy.sandbox.oidc.state import OidcState
from deploy.sandbox.world import World


class ClaimsChange(BaseModel):
    """What this person's next ID tokens say in place of what is so; null takes a claim out, ``{}`` sets all back."""

    model_config = ConfigDict(extra="forbid")

    email: str
    claims: dict[str, Any]


def build_inspect_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/oidc")

    @router.post("/keys/rotate")
    async def rotate() -> dict[str, str]:
        """A new key signs; the one before stays published."""
        return {"kid": world.state(OidcState).rotate().kid}

    @router.put("/claims")
    async def claim(change: ClaimsChange) -> dict[str, Any]:
        world.state(OidcState).claims[change.email.lower()] = change.claims
        return {"email": change.email, "claims": change.claims}

    return router

"""An OpenID Connect provider, as a company has one for its staff: discovery, authorization code with PKCE, signed ID
tokens, userinfo, sign-out, and what ``/inspect/oidc`` changes of it.
"""

from fastapi import APIRouter

from deploy.sandbox.oidc.inspecting import build_inspect_routes
from deploy.sandbox.oidc.sign_in import SignIn
from deploy.sandbox.world import Seed, World


def build_router(world: World) -> APIRouter:
    """All that it answers, without the mount."""
    router = APIRouter()
    SignIn(world).add_to(router)
    return router


def build_inspect_router(world: World) -> APIRouter:
    return build_inspect_routes(world)


def error_body(status: int, path: str) -> dict[str, object]:
    return {"error": "temporarily_unavailable" if status >= 500 else "invalid_request"}


def apply_seed(world: World, seed: Seed) -> None:
    """People with ``"oidc"`` among their providers are all there is."""

"""Zoom's part of the sandbox: OAuth, users and meetings as its API has them (facts, section 1)."""

from deploy.sandbox.world import Seed, World
from deploy.sandbox.zoom.errors import error_body
from deploy.sandbox.zoom.inspect_routes import build_inspect_router
from deploy.sandbox.zoom.routes import build_router

__all__ = ["apply_seed", "build_inspect_router", "build_router", "error_body"]


def apply_seed(world: World, seed: Seed) -> None:
    """Zoom starts without meetings; its users are among the accounts."""

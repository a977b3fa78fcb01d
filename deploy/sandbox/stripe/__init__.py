"""Stripe's part of the sandbox: Checkout, refunds and events as its API has them, and the page where a guest pays."""

from deploy.sandbox.stripe.errors import error_body
from deploy.sandbox.stripe.inspecting import build_inspect_router
from deploy.sandbox.stripe.routes import build_router
from deploy.sandbox.world import Seed, World

__all__ = ["apply_seed", "build_inspect_router", "build_router", "error_body"]


def apply_seed(world: World, seed: Seed) -> None:
    """Stripe starts without sessions."""

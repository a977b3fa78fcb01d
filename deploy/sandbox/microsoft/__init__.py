"""Microsoft's part of the sandbox; see ``deploy/sandbox/app.py`` for what a provider's package offers."""

from fastapi import APIRouter

from deploy.sandbox.world import Seed, World


def build_router(world: World) -> APIRouter:
    return APIRouter()


def build_inspect_router(world: World) -> APIRouter:
    return APIRouter()


def error_body(status: int, path: str) -> dict[str, object]:
    return {"error": {"code": status, "message": "unavailable"}}


def apply_seed(world: World, seed: Seed) -> None:
    """Nothing yet."""

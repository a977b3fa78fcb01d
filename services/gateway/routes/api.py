"""All routes of the public API under one router."""

from fastapi import APIRouter

from services.gateway.routes import sessions

PREFIX = "/api/v1"


def build_router() -> APIRouter:
    router = APIRouter(prefix=PREFIX)
    for module in (sessions,):
        router.include_router(module.router)
    return router

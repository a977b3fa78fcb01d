"""All pages of the gateway."""

from fastapi import APIRouter

from services.gateway.pages import appointments, connections, guest, proposals, propose, session, setup


def build_pages_router() -> APIRouter:
    """Handlers find the parts through their request, like the API's."""
    router = APIRouter(include_in_schema=False)
    for module in (session, setup, guest, connections, propose, proposals, appointments):
        router.include_router(module.router)
    return router

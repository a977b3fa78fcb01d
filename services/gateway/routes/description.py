"""``/api/v1/openapi.json`` and a page that lists the same, without anything loaded from elsewhere."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader
from starlette.routing import BaseRoute

from services.gateway.openapi import describe

_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


def build_description_router(prefix: str, routes: Sequence[BaseRoute]) -> APIRouter:
    """Both are made once, at the first request."""
    router = APIRouter(prefix=prefix, include_in_schema=False)

    @cache
    def document() -> dict[str, Any]:
        return describe(routes)

    @cache
    def page() -> str:
        return _PAGES.get_template("description.html.j2").render(document=document())

    @router.get("/openapi.json")
    async def show_document() -> JSONResponse:
        return JSONResponse(document())

    @router.get("/docs")
    async def show_page() -> HTMLResponse:
        return HTMLResponse(page())

    return router

"""Joins the sandbox: one world, the providers below their mounts, ``/inspect``, the mailbox, the faults."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from deploy.sandbox import google, inspect_routes, mail, microsoft, oidc, stripe, zoom
from deploy.sandbox.accounts import Provider
from deploy.sandbox.middleware import ErrorBody, ProviderMiddleware
from deploy.sandbox.settings import SandboxSettings
from deploy.sandbox.world import Seed, World


class ProviderPackage(Protocol):
    """What a provider's package offers (its ``__init__`` exports these four)."""

    def build_router(self, world: World) -> APIRouter:
        """All that the provider answers, mounted below its name."""

    def build_inspect_router(self, world: World) -> APIRouter:
        """Its part of ``/inspect``, paths without that prefix (``/google/events``)."""

    def error_body(self, status: int, path: str) -> dict[str, object]:
        """An error of that status in the provider's own form, for the fault ``status``."""

    def apply_seed(self, world: World, seed: Seed) -> None:
        """Take what the seed file says about this provider; only on a start without kept state."""


PROVIDERS: dict[Provider, ProviderPackage] = {
    Provider.ZOOM: zoom,
    Provider.GOOGLE: google,
    Provider.MICROSOFT: microsoft,
    Provider.STRIPE: stripe,
    Provider.OIDC: oidc,
}


async def _unprocessable(_: Request, error: Exception) -> Response:
    """Says where and what, without repeating input that JSON may not be able to hold (infinity)."""
    assert isinstance(error, RequestValidationError)
    detail = [{"loc": one["loc"], "msg": one["msg"], "type": one["type"]} for one in error.errors()]
    return JSONResponse({"detail": detail}, status_code=422)


async def _unreadable(_: Request, error: Exception) -> Response:
    """What is no text at all; FastAPI tells it from what is no JSON, which nobody who asks by hand needs."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"detail": error.detail}, status_code=422)


def build_app(settings: SandboxSettings) -> FastAPI:
    """The application; its world is at ``app.state.world``."""
    world = World(settings)
    if not world.load():
        seed = world.read_seed()
        for package in PROVIDERS.values():
            package.apply_seed(world, seed)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await world.callbacks.close()
        world.save()

    app = FastAPI(title="Chosei sandbox", lifespan=lifespan, redirect_slashes=False, docs_url=None, redoc_url=None)
    app.state.world = world
    app.add_exception_handler(RequestValidationError, _unprocessable)
    app.add_exception_handler(400, _unreadable)
    app.include_router(inspect_routes.build_router(world))
    app.include_router(mail.build_router(world))
    for provider, package in PROVIDERS.items():
        app.include_router(package.build_router(world), prefix=f"/{provider.value}", include_in_schema=False)
        app.include_router(package.build_inspect_router(world), prefix="/inspect")
    error_bodies: dict[Provider, ErrorBody] = {provider: package.error_body for provider, package in PROVIDERS.items()}
    app.add_middleware(ProviderMiddleware, world=world, error_bodies=error_bodies)

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/mailbox")

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app

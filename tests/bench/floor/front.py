"""The gateway's place in both floors: takes the request and asks the next process over HTTP."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request, Response


def build() -> FastAPI:
    next_hop = httpx.AsyncClient(base_url=os.environ["FLOOR_NEXT_URL"], timeout=20)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await next_hop.aclose()

    app = FastAPI(lifespan=lifespan)

    @app.post("/confirm/{token}")
    async def confirm(token: str, request: Request) -> Response:
        answer = await next_hop.post("/confirm", content=await request.body(), headers={"x-guest-token": token})
        return Response(answer.content, status_code=answer.status_code, media_type="application/json")

    @app.get("/readyz")
    async def ready() -> Response:
        return Response()

    return app

"""What is not there when somebody acts at Zoom by hand: Zoom's error as the body, since ``/inspect`` answers 200."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from deploy.sandbox.zoom.errors import ZoomRefused


class AnswersRefusals(APIRoute):
    """Of a router below ``/inspect/zoom``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except ZoomRefused as refused:
                return JSONResponse(refused.body())

        return answer

"""Routes that answer a kind of refusal in a way of their own, before the application's handlers see it."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

RefusalT = TypeVar("RefusalT", bound=Exception)


def answering(refusal: type[RefusalT], answer: Callable[[Request, RefusalT], Awaitable[Response]]) -> type[APIRoute]:
    """A router's ``route_class``: what its handlers refuse by raising ``refusal`` is answered by ``answer``."""

    class Answering(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def answered(request: Request) -> Response:
                try:
                    return await handle(request)
                except refusal as refused:
                    return await answer(request, refused)

            return answered

    return Answering

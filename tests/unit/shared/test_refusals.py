"""A router may answer one kind of refusal in its own way."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse, Response

from shared.refusals import answering


async def said(request: Request, refused: LookupError) -> Response:
    return PlainTextResponse(f"{request.url.path}: {refused.args[0]}")


def test_what_is_refused_is_answered_and_all_else_is_as_everywhere() -> None:
    router = APIRouter(route_class=answering(LookupError, said))

    @router.get("/refused")
    async def refused() -> str:
        raise KeyError("nothing here")

    @router.get("/fine/{number}")
    async def fine(number: int) -> int:
        return number

    app = FastAPI()
    app.include_router(router)
    client = TestClient(app)
    assert client.get("/refused").text == "/refused: nothing here"
    assert (client.get("/fine/1").json(), client.get("/fine/x").status_code) == (1, 422)

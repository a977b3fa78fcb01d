"""The reader's language on pages and in the API."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from services.gateway.edge.language import PageLanguage, language_of_request


async def _say(request: Request) -> PlainTextResponse:
    return PlainTextResponse(language_of_request(request))


app = Starlette(routes=[Route("/g/x", _say), Route("/api/v1/x", _say)], middleware=[Middleware(PageLanguage)])


@pytest.mark.parametrize(
    ("path", "accepted", "cookie", "language"),
    [
        ("/g/x", "en", None, "en"),
        ("/g/x", "en", "ja", "ja"),
        ("/g/x", "ja", "en", "en"),
        ("/g/x", "ja", "xx", "ja"),
        ("/g/x", "fr, en;q=0.2", None, "en"),
        ("/g/x", "fr", None, "ja"),
        ("/api/v1/x", "en", "ja", "en"),
    ],
)
async def test_the_cookie_chooses_on_pages_and_the_header_elsewhere(
    path: str, accepted: str, cookie: str | None, language: str
) -> None:
    headers = {"accept-language": accepted} | ({"cookie": f"lang={cookie}"} if cookie else {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        assert (await client.get(path, headers=headers)).text == language

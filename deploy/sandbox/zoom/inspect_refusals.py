"""What is not there when somebody acts at Zoom by hand: Zoom's error as the body, since ``/inspect`` answers 200."""

from fastapi import Request
from starlette.responses import JSONResponse, Response

from deploy.sandbox.zoom.errors import ZoomRefused
from shared.refusals import answering


async def _body(_: Request, refused: ZoomRefused) -> Response:
    return JSONResponse(refused.body())


AnswersRefusals = answering(ZoomRefused, _body)
"""Of a router below ``/inspect/zoom``."""

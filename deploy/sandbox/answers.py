"""Answers of ``/inspect`` that may be long: written straight from plain data, without a model in between."""

from collections.abc import Iterable

import orjson
from starlette.responses import Response


def items(values: Iterable[object]) -> Response:
    """A list as ``{"items": [...]}``; dataclasses, dicts and aware times as they are."""
    content = orjson.dumps({"items": list(values)}, option=orjson.OPT_UTC_Z)
    return Response(content, media_type="application/json")

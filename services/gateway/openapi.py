"""The API's description: what FastAPI knows of the routes, and what stands in front of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.routing import BaseRoute

from services.gateway.model import Scope
from services.gateway.openapi_words import API_KEY, GUEST_LINK, PROBLEMS, REQUESTS, TAGS
from services.gateway.scopes import ROUTES, Whom
from shared.contracts.api.page_guests import BookingCreate, GuestCancel, GuestReschedule
from shared.contracts.api.proposals import AskAgain, GuestConfirm
from shared.problem import MEDIA_TYPE, TITLES, problem_body

Node = dict[str, Any]
PREFIX = "/api/v1"
_HANDED_ON: Mapping[str, type[BaseModel]] = {
    model.__name__: model for model in (GuestConfirm, AskAgain, BookingCreate, GuestReschedule, GuestCancel)
}
"""Bodies that booking alone reads, after it has judged the link."""

_OPEN = ("sessions", "guest", "events")
_NO_KEY = ("/setup", "/sessions", "/invitations/{token}")
"""Writes of people whom nobody knows yet: a key could not be told from anybody else's."""
_METHODS = ("get", "post", "put", "patch", "delete")
_WRITES = ("post", "put", "patch", "delete")
_REF = "#/components/schemas/{model}"

_PROBLEM: Node = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `title` and `detail` follow Accept-Language (ja, en).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                    "line": {"type": "integer", "description": "In a text of several lines, from 1."},
                    "column": {"type": "integer", "description": "In that line, from 1."},
                    "suggestion": {"type": "string", "description": "What was probably meant."},
                },
            },
        },
    },
}
_KEY: Node = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and request give the first answer again for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]{1,255}$"},
}


def describe(routes: Sequence[BaseRoute]) -> Node:
    """The OpenAPI 3.1 document of ``routes``."""
    document = get_openapi(
        title="Chosei",
        version="1",
        summary="Scheduling between a company's staff and people from outside",
        description="Times are RFC 3339 with an offset; ids are opaque; errors are problem documents.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/", "description": "Where this document was read."}],
        routes=list(routes),
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for name, model in _HANDED_ON.items():
        schema = model.model_json_schema(ref_template=_REF)
        schemas.update(schema.pop("$defs", {}))
        schemas[name] = schema
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "The token of POST /sessions."},
        "api_key": {
            "type": "http",
            "scheme": "bearer",
            "description": f"{API_KEY} Scopes: {', '.join(f'`{scope}`' for scope in Scope)}.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "chosei_session",
            "description": "The pages' cookie; writes need the page's X-CSRF-Token beside it.",
        },
    }
    used: set[str] = set()
    for path, method, operation in _operations(document):
        _complete(path, method, operation)
        used.update(operation["tags"])
    document["tags"] = [{"name": name, "description": words} for name, words in TAGS.items() if name in used]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def _operations(document: Node) -> Iterator[tuple[str, str, Node]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _name(path: str, method: str, operation: Node) -> str:
    """Short and for good: the function's name, apart for guests, without the path that FastAPI adds."""
    name = str(operation["operationId"]).removesuffix("_" + method).removesuffix(re.sub(r"\W", "_", path))
    return f"guest_{name}" if "/guest/" in path else name


def _complete(path: str, method: str, operation: Node) -> None:
    operation["operationId"] = _name(path, method, operation)
    is_open = operation["tags"][0] in _OPEN and not path.endswith("/current")
    operation["security"] = [] if is_open else _security(path, method)
    if name := operation.pop("x-body", None):
        content = {"application/json": {"schema": {"$ref": _REF.format(model=name)}}}
        operation["requestBody"] = {"required": True, "content": content}
    if example := REQUESTS.get(operation["operationId"]):
        operation["requestBody"]["content"]["application/json"]["example"] = example
    for given in operation.get("parameters", ()):
        if "/guest/" in path and given["name"] == "token":
            given["description"] = GUEST_LINK
    if method in _WRITES and not path.endswith(_NO_KEY):
        others = [given for given in operation.get("parameters", ()) if given["name"].lower() != "idempotency-key"]
        operation["parameters"] = [*others, _KEY]
    responses = operation["responses"]
    responses.pop("422", None)
    for status in _problem_statuses(path, method, operation, is_open=is_open):
        responses.setdefault(str(status), _problem(status))


def _security(path: str, method: str) -> list[Node]:
    people: list[Node] = [{"bearer": []}, {"session": []}]
    needed = ROUTES.get(f"{method.upper()} {path.removeprefix(PREFIX)}", Whom.PEOPLE)
    if needed is Whom.PEOPLE:
        return people
    return [*people, {"api_key": [needed.value] if isinstance(needed, Scope) else []}]


def _problem_statuses(path: str, method: str, operation: Node, *, is_open: bool) -> list[int]:
    statuses = {503}
    if not is_open:
        statuses |= {401, 403, 429}
    if "{" in path:
        statuses |= {404}
    if operation.get("parameters") or operation.get("requestBody"):
        statuses |= {400, 422}
    if method in _WRITES:
        statuses |= {403, 409, 413, 415}
    if any(given["name"].lower() == "if-match" for given in operation.get("parameters", ())):
        statuses |= {412}
    if "/guest/" in path:
        statuses |= {410, 429}
    if is_open and "/guest/" not in path:
        statuses |= {401, 429}
    if "/connections/" in path:
        statuses |= {502}
    return sorted(statuses)


def _problem(status: int) -> Node:
    headers: Node = {}
    if status in (429, 503):
        headers = {"Retry-After": {"description": "Seconds.", "schema": {"type": "string"}}}
    code, detail = PROBLEMS[status]
    example = problem_body(status, code, detail, "ja")
    body = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}, "example": example}}
    return {"description": TITLES[status][1], "content": body, **({"headers": headers} if headers else {})}

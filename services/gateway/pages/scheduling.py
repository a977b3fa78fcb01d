"""Scheduling pages: the list with its links (H1, H16), and what is done to one from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import form_key
from services.gateway.pages.list_filters import people_to_choose
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.pages import PageList, PageView
from shared.problem import Forbidden, Language, NotFound

router = APIRouter()
_SAID = ("added", "changed", "copied", "closed", "opened", "deleted")


@dataclass(frozen=True)
class Row:
    """A page with the names on it; ``troubles`` are sentences about its hosts."""

    page: PageView
    owner: str
    hosts: Sequence[str]
    lengths: str
    troubles: Sequence[str]


@router.get("/pages")
async def show(request: Request, signed_in: Session) -> Response:
    asked, language = request.query_params, language_for(request)
    narrowed = {"q": asked.get("q", "").strip()[:200], "owner_id": asked.get("owner_id", "")[:100]}
    narrowed = {name: value for name, value in narrowed.items() if value}
    cursor = {"cursor": asked.get("cursor", "")[:500]} if asked.get("cursor") else {}
    reply = await parts_of(request).backends.booking.pages(signed_in.caller(), narrowed | cursor | {"limit": "50"})
    listed = reply.read(PageList)
    ids = {one for page in listed.items for one in (page.owner_id, *(host.staff_id for host in page.hosts))}
    names = await parts_of(request).staff.names_of(signed_in.organization.id, sorted(ids))
    said = asked.get("said", "")
    more = {"cursor": listed.next_cursor} if listed.next_cursor else {}
    return staff_page(
        request,
        signed_in,
        "staff/pages.html",
        {
            "said": said_words(said, language),
            "rows": [row_of(page, names, language) for page in listed.items],
            "narrowed": narrowed,
            "people": await people_to_choose(request, signed_in, narrowed.get("owner_id", "")),
            "more_url": f"/pages?{urlencode(narrowed | more)}" if more else "",
            "first_url": f"/pages?{urlencode(narrowed)}" if cursor else "",
        },
        here=f"/pages?{urlencode(narrowed | cursor)}",
    )


def row_of(page: PageView, names: dict[str, str], language: Language) -> Row:
    return Row(
        page=page,
        owner=names.get(page.owner_id, ""),
        hosts=[names[host.staff_id] for host in page.hosts if host.staff_id in names],
        lengths=text(language, "common.list_comma").join(
            text(language, "scheduling.minutes", n=length) for length in page.durations
        ),
        troubles=troubles_of(page, names, language),
    )


def troubles_of(page: PageView, names: dict[str, str], language: Language) -> list[str]:
    unpaid = [] if page.can_be_paid else [text(language, "scheduling.trouble_no_payments")]
    return unpaid + [
        text(language, f"scheduling.trouble_{one.trouble}", name=names.get(one.staff_id, one.staff_id))
        for one in page.notices
    ]


def said_words(said: str, language: Language) -> str:
    return text(language, f"scheduling.said_{said}") if said in _SAID else ""


@router.post("/pages/{page_id}/{step}")
async def take_step(request: Request, page_id: str, step: str, signed_in: Form) -> Response:
    """``copy``, ``close``, ``open``, ``delete``: repeating the last three is harmless, so no version is asked for."""
    booking, caller = parts_of(request).backends.booking, signed_in.caller()
    if step == "copy":
        keyed = signed_in.caller(form_key(given(await request.form(), "key")))
        made = (await booking.copy_page(keyed, page_id)).read(PageView)
        return RedirectResponse(f"/pages/{made.id}?said=copied", status_code=303)
    if step in ("close", "open"):
        body: dict[str, Any] = {"active": step == "open"}
        await booking.change_page(caller, page_id, orjson.dumps(body))
        said = "closed" if step == "close" else "opened"
        return RedirectResponse(f"/pages?said={said}#{page_id}", status_code=303)
    if step != "delete":
        raise NotFound()
    try:
        await booking.delete_page(caller, page_id)
    except BackendProblem as problem:
        if problem.status != NotFound.status:
            raise
    return RedirectResponse("/pages?said=deleted", status_code=303)


@router.get("/pages/{page_id}/delete")
async def ask_before_deleting(request: Request, page_id: str, signed_in: Session) -> Response:
    page = (await parts_of(request).backends.booking.page(signed_in.caller(), page_id)).read(PageView)
    if not page.can_change:
        raise Forbidden()
    return staff_page(request, signed_in, "staff/page_delete.html", {"item": page})


@router.get("/pages/{page_id}/{step}")
async def leave_step() -> Response:
    """Reloading what a form answered."""
    return RedirectResponse("/pages", status_code=303)

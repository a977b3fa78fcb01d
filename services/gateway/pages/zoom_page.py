"""The page of the organization's Zoom account (C1): its state, its users and for whom each hosts (C2), and what was
refused there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn, page_session
from services.gateway.model import Staff
from services.gateway.pages.menu_sheets import BOOKABLES
from services.gateway.pages.reader import staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import whole_number
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.zoom import ZoomAccount, ZoomIssuer, ZoomUserStatus, ZoomUserView
from services.gateway.usecases.zoom_users import hosts_for, listed_users, lost_users
from shared.contracts.api.menus import BookableList
from shared.refusals import answering

PAGE = "/settings/zoom"
FIELDS = ("account_id", "client_id", "client_secret")
_LISTED = 50
_STAFF = 500
_MENUS = "200"
_FEW = 10
"""So many requests left and fewer are marked (C4)."""
_SAID = ("connected", "disconnected", "refreshing", "mapped", "unmapped")
_BADGES = {"connected": "ok", "disconnected": "none", "broken": "bad"}


async def _told(request: Request, problem: BackendProblem) -> Response:
    signed_in = await page_session(request)
    return await zoom_page(request, signed_in, problem=problem.detail, status=problem.status)


ToldOnThePage = answering(BackendProblem, _told)
"""What zoom_issuer refuses is told on the account's page, which stays at hand."""


@dataclass(frozen=True)
class Held:
    """Who was to be hosted by ``wanted`` is by ``now``: nothing is written until somebody says so again."""

    person: Staff
    now: str
    wanted: str
    row: str


@dataclass(frozen=True)
class Listed:
    """Users of the account, where their next page begins, and bookables whose Zoom user is not there (any more)."""

    rows: Sequence[Mapping[str, object]] = ()
    after: str | None = None
    lost: Sequence[tuple[str, str]] = ()


async def zoom_page(
    request: Request,
    signed_in: SignedIn,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
    held: Held | None = None,
    status: int = 200,
) -> Response:
    language, query, asked = language_for(request), request.query_params, asked_of(request)
    people = await everybody(request, signed_in)
    account: ZoomAccount | None = None
    listed = Listed()
    try:
        account = await zoom_of(request).account(signed_in.caller())
        listed = await _listed(request, signed_in, asked, people)
    except BackendProblem as down:
        problem = problem or down.detail
    said = query.get("said", "") if request.method == "GET" and not problem else ""
    sentence = text(language, f"zoom.said_{said}") if said in _SAID else ""
    beside = query.get("row", "") if sentence else ""
    beside = beside if any(row["id"] == beside for row in listed.rows) else ""
    by = next((one.name for one in people if account and one.id == account.connected_by), "")
    return staff_page(
        request,
        signed_in,
        "staff/zoom_account.html",
        {
            "said": "" if beside else sentence,
            "beside": beside,
            "sentence": sentence,
            "problem": problem,
            "held": held,
            "account": account,
            "badge": _BADGES[account.status] if account else "none",
            "by": by,
            "users": listed.rows,
            "lost": listed.lost,
            "people": people,
            "asked": asked,
            "more_url": f"{PAGE}?{_query({**asked, 'after': listed.after})}" if listed.after else "",
            "may_change": signed_in.staff.is_admin,
            "typed": {**dict.fromkeys(FIELDS, ""), **(typed or {}), "client_secret": ""},
            "errors": errors or {},
        },
        status=status,
        here=f"{PAGE}?{_query(asked)}",
    )


async def _listed(request: Request, signed_in: SignedIn, asked: Mapping[str, str], people: Sequence[Staff]) -> Listed:
    menus = await _bookables(request, signed_in)
    rows, after = await _rows(request, signed_in, asked, people, menus)
    gone = await lost_users(zoom_of(request), signed_in.caller(), menus.keys())
    return Listed(rows, after, [menu for user_id, found in menus.items() if user_id in gone for menu in found])


async def _rows(
    request: Request,
    signed_in: SignedIn,
    asked: Mapping[str, str],
    people: Sequence[Staff],
    menus: Mapping[str, Sequence[tuple[str, str]]],
) -> tuple[list[dict[str, object]], str | None]:
    """The users that were asked for, and where the next page begins."""
    zoom, caller, words = zoom_of(request), signed_in.caller(), asked["q"]
    after = whole_number(asked["after"], digits=6) or 0
    if asked["show"] != "free":
        page = await zoom.users(caller, q=words, limit=_LISTED, after=after)
        return [_row(user, people, menus) for user in page.items], page.next_cursor
    every = [_row(user, people, menus) for user in await listed_users(zoom, caller, words) or ()]
    free = [row for row in every if row["may_host"] and not row["staff"] and not row["menus"]]
    end = after + _LISTED
    return free[after:end], str(end) if end < len(free) else None


def _row(
    user: ZoomUserView, people: Sequence[Staff], menus: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, object]:
    """``suggested`` is who seems to be meant: another address, but the same name before the @."""
    hosted = hosts_for(user, people)
    local = user.email.partition("@")[0].casefold()
    alike = [one for one in people if local and one.email.partition("@")[0].casefold() == local]
    may_host = user.allowed and user.status is ZoomUserStatus.ACTIVE
    clear = may_host and not hosted and len(alike) == 1 and not alike[0].zoom_user
    return {
        "id": user.user_id,
        "user": user,
        "staff": hosted,
        "menus": menus.get(user.user_id, ()),
        "may_host": may_host,
        "few": user.requests_left is not None and user.requests_left <= _FEW,
        "suggested": alike[0] if clear else None,
    }


async def _bookables(request: Request, signed_in: SignedIn) -> dict[str, list[tuple[str, str]]]:
    """By Zoom user, id and name of what they host for beside people (C2); nothing while booking is silent."""
    try:
        reply = await parts_of(request).backends.booking.menu_items(signed_in.caller(), BOOKABLES, {"limit": _MENUS})
    except BackendProblem:
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    for item in reply.read(BookableList).items:
        if item.zoom_user_id:
            found.setdefault(item.zoom_user_id, []).append((item.id, item.name))
    return found


async def everybody(request: Request, signed_in: SignedIn) -> list[Staff]:
    return await parts_of(request).staff.search(signed_in.organization.id, "", after="", limit=_STAFF, disabled=False)


def zoom_of(request: Request) -> ZoomIssuer:
    return parts_of(request).backends.zoom_issuer


def asked_of(request: Request) -> dict[str, str]:
    """What the list was narrowed to."""
    query = request.query_params
    show = "free" if query.get("show") == "free" else ""
    return {"q": query.get("q", "").strip()[:100], "show": show, "after": query.get("after", "")[:6]}


def back(said: str, row: str = "", **asked: str) -> RedirectResponse:
    """To the page, and there to the user's ``row``."""
    place = f"#u-{row}" if row else ""
    return RedirectResponse(f"{PAGE}?{_query({'said': said, 'row': row, **asked})}{place}", status_code=303)


def _query(asked: Mapping[str, str | None]) -> str:
    return urlencode({name: value for name, value in asked.items() if value})

"""An appointment that was booked on a page, as its guest manages it (H10): how it stands, another time, cancelling. GET
shows forms and changes nothing (G7); a link that is over shows how things stand and a way on.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import looks_like_token
from services.gateway.edge.limits import TooManyRequests
from services.gateway.pages.guest import later, retry_headers
from services.gateway.pages.manage_steps import Managed
from services.gateway.pages.page_visit import PageVisit
from services.gateway.pages.pick import instant_or_none
from services.gateway.pages.rendering import language_of_guest
from services.gateway.pages.slots_left import slots_left
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.caller import GuestCaller
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.fields import MESSAGE_LENGTH
from shared.contracts.api.page_guests import GuestCancel, GuestReschedule
from shared.problem import NotFound

router = APIRouter()
Change = Callable[[PageVisit], Awaitable[Response]]
_SETTLED = ("too_late", "already_canceled", "change_not_allowed")
"""Nothing is left to choose: the page shows how things stand."""
_SAID = ("moved",)


def _visit(request: Request, token: str, form_zone: str = "") -> PageVisit:
    """Raises ``NotFound`` for what cannot be a token."""
    if not looks_like_token(token):
        raise NotFound()
    visit = PageVisit.of(request, token, f"/a/{token}")
    return replace(visit, pick=visit.pick.in_zone(form_zone))


def _guest(visit: PageVisit) -> GuestCaller:
    return visit.caller(visit.place)


async def _managed(visit: PageVisit) -> Managed:
    """Raises ``BackendProblem``."""
    found = (await visit.parts.backends.booking.guest_appointment(_guest(visit))).read(GuestAppointmentView)
    return Managed(replace(visit, language=language_of_guest(visit.request, found.guest_locale)), found)


async def _looked(visit: PageVisit, step: Callable[[Managed], Awaitable[Response]]) -> Response:
    async with visit.parts.limits.guest(visit.request, token=visit.place):
        try:
            return await step(await _managed(visit))
        except BackendProblem as problem:
            return visit.unknown_or_down(problem)


@router.get("/a/{token}")
async def show(request: Request, token: str) -> Response:
    said = request.query_params.get("said", "")

    async def step(managed: Managed) -> Response:
        return managed.standing(said=said if said in _SAID else "")

    return await _looked(_visit(request, token), step)


@router.get("/a/{token}/reschedule")
async def reschedule_form(request: Request, token: str) -> Response:
    return await _looked(_visit(request, token), lambda managed: managed.other_time())


@router.get("/a/{token}/cancel")
async def cancel_form(request: Request, token: str) -> Response:
    async def step(managed: Managed) -> Response:
        return managed.cancel_form()

    return await _looked(_visit(request, token), step)


@router.post("/a/{token}/reschedule/choose")
async def choose(request: Request, token: str) -> Response:
    """Any step with what was typed; changes nothing."""
    form = await request.form()
    visit, reason = _visit(request, token, given(form, "time_zone")), _reason(given(form, "reason"))
    return await _looked(visit, lambda managed: managed.other_time(reason))


@router.get("/a/{token}/reschedule/choose")
async def leave_step(request: Request, token: str) -> Response:
    visit = _visit(request, token)
    return RedirectResponse(visit.pick.url(f"{visit.path}/reschedule"), status_code=303)


@router.post("/a/{token}/reschedule")
async def reschedule(request: Request, token: str) -> Response:
    form = await request.form()
    start, reason = instant_or_none(given(form, "start")), _reason(given(form, "reason"))
    visit = _visit(request, token)
    visit = replace(visit, pick=replace(visit.pick, start=start))

    async def change(visit: PageVisit) -> Response:
        if start is None:
            managed = await _managed(visit)
            return await managed.other_time(reason, text(visit.language, "guest.choose_first"), 422)
        wanted = GuestReschedule(start=start, time_zone=visit.pick.time_zone, reason=reason)
        await visit.parts.backends.booking.reschedule(_guest(visit), wanted.model_dump_json().encode())
        return RedirectResponse(f"{_home(visit)}{'&' if '?' in _home(visit) else '?'}said=moved", status_code=303)

    kept = {"start": given(form, "start"), "reason": reason}
    return await _changed(visit, "reschedule", change, kept)


@router.post("/a/{token}/cancel")
async def cancel(request: Request, token: str) -> Response:
    reason, visit = _reason(given(await request.form(), "reason")), _visit(request, token)

    async def change(visit: PageVisit) -> Response:
        body = GuestCancel(reason=reason).model_dump_json().encode()
        await visit.parts.backends.booking.cancel_as_guest(_guest(visit), body)
        return RedirectResponse(_home(visit), status_code=303)

    return await _changed(visit, "cancel", change, {"reason": reason})


async def _changed(visit: PageVisit, step: str, change: Change, kept: Mapping[str, str]) -> Response:
    """The step again with what was typed where it was refused."""
    visit.parts.csrf.check_origin(visit.request)
    path = visit.pick.url(f"{visit.path}/{step}")
    try:
        async with visit.parts.limits.mailing(visit.request, token=visit.place, recipient=visit.place):
            return await change(visit)
    except TooManyRequests as problem:
        return later(visit.request, path, kept, problem, here=path)
    except BackendProblem as problem:
        try:
            return await _again(await _managed(visit), step, kept["reason"], problem)
        except BackendProblem as down:
            return visit.unknown_or_down(down)


async def _again(managed: Managed, step: str, reason: str, problem: BackendProblem) -> Response:
    language, headers = managed.visit.language, retry_headers(problem.retry_after)
    if problem.code in _SETTLED or problem.status == 404:
        return managed.standing(problem=problem.detail, status=problem.status)
    unreadable = problem.code == "calendar_unreadable"
    sentence = text(language, "guest.unreadable" if unreadable else "page_guests.not_changed")
    if problem.status == 422:
        sentence = next((str(one["detail"]) for one in problem.errors), problem.detail)
    if step == "cancel":
        return managed.cancel_form(reason, sentence, problem.status, headers)
    if problem.code != "slot_taken":
        chosen = () if problem.status == 422 else managed.chosen()
        return await managed.other_time(reason, sentence, problem.status, headers, left=chosen)
    left = slots_left(problem)
    sentence = text(language, f"page_guests.slot_taken{'' if left else '_none'}")
    return await managed.other_time(reason, sentence, problem.status, headers, left=left)


def _home(visit: PageVisit) -> str:
    return visit.pick.onward(visit.path)


def _reason(said: str) -> str:
    return said.strip()[:MESSAGE_LENGTH]

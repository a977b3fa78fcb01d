"""The guest's page (R22-R24): works without JavaScript, and GET changes nothing (G7). Cookies do not matter here
except for the language.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import looks_like_token
from services.gateway.pages import guest_view, times
from services.gateway.pages.guest_form import GuestForm
from services.gateway.pages.guest_view import Reading, Typed
from services.gateway.pages.rendering import language_for, render
from services.gateway.pages.texts import text
from services.gateway.parts import GatewayParts, parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.caller import GuestCaller
from shared import clock
from shared.contracts.api.proposals import AskAgain, GuestProposalView, ProposalStatus
from shared.problem import Language, NotFound, Problem

router = APIRouter()


@dataclass(frozen=True)
class Visit:
    """One request of a guest."""

    request: Request
    parts: GatewayParts
    token: str
    language: Language

    def caller(self, key: str | None = None) -> GuestCaller:
        request_id = getattr(self.request.state, "request_id", "")
        return GuestCaller(self.token, self.language, request_id, key)

    async def proposal(self) -> GuestProposalView:
        return (await self.parts.backends.booking.guest_proposal(self.caller())).read(GuestProposalView)

    def reading(self, proposal: GuestProposalView, typed_zone: str = "") -> Reading:
        wanted = typed_zone or self.request.query_params.get("tz")
        return Reading(self.language, times.zone_or(wanted, proposal.time_zone), clock.now())

    @property
    def query(self) -> str:
        kept = {name: value for name in ("tz", "lang") if (value := self.request.query_params.get(name))}
        return urlencode(kept)

    def home(self, **more: str) -> str:
        query = "&".join(filter(None, [self.query, urlencode(more)]))
        return f"/g/{self.token}" + (f"?{query}" if query else "")


def _visit(request: Request, token: str) -> Visit:
    """Raises ``NotFound`` for what cannot be a token."""
    if not looks_like_token(token):
        raise NotFound()
    return Visit(request, parts_of(request), token, language_for(request))


@router.get("/g/{token}")
async def show(request: Request, token: str) -> Response:
    visit = _visit(request, token)
    async with visit.parts.limits.guest(request, token=token, confirms=False):
        try:
            proposal = await visit.proposal()
        except BackendProblem as problem:
            return _unknown_or_down(visit, problem)
    return page(visit, proposal, asked="asked" in request.query_params)


@router.post("/g/{token}")
async def confirm(request: Request, token: str) -> Response:
    visit = _visit(request, token)
    visit.parts.csrf.check_origin(request)
    form = GuestForm.of(await request.form())
    try:
        async with visit.parts.limits.guest(request, token=token, confirms=True):
            errors = form.errors(visit.language)
            if errors:
                proposal = await visit.proposal()
                return page(visit, proposal, form=form, errors=errors, status=422)
            await visit.parts.backends.booking.confirm(visit.caller(form.key), form.body(visit.language))
    except BackendProblem as problem:
        return await _refused(visit, form, problem.status, problem.code, problem.errors)
    except Problem as problem:
        return await _refused(visit, form, problem.status, problem.code, problem.errors)
    return RedirectResponse(visit.home(), status_code=303)


@router.post("/g/{token}/ask")
async def ask_again(request: Request, token: str) -> Response:
    """R24: one line of text to the staff."""
    visit = _visit(request, token)
    visit.parts.csrf.check_origin(request)
    form = await request.form()
    body = AskAgain.model_construct(message=str(form.get("message", ""))[:1000])
    try:
        async with visit.parts.limits.guest(request, token=token, confirms=False):
            await visit.parts.backends.booking.ask_again(visit.caller(), body.model_dump_json().encode())
    except BackendProblem as problem:
        if problem.status in (404, 503):
            return _unknown_or_down(visit, problem)
        return page(visit, await visit.proposal(), problem=problem.detail, status=problem.status)
    return RedirectResponse(visit.home(asked="1"), status_code=303)


@router.get("/g/{token}/ask")
async def leave_ask(token: str) -> Response:
    return RedirectResponse(f"/g/{token}", status_code=303)


async def _refused(visit: Visit, form: GuestForm, status: int, code: str, details: Any) -> Response:
    """The page again with what was typed, a kind sentence, and the slots that remain."""
    try:
        proposal = await visit.proposal()
    except BackendProblem as problem:
        return _unknown_or_down(visit, problem)
    language = visit.language
    if code == "already_confirmed":
        return page(visit, proposal, already=True, status=status)
    errors = form.errors_from(details, language) if status == 422 else {}
    sentence = errors.pop("", None) or text(language, SENTENCES.get(code, "guest.fix" if errors else "guest.failed"))
    if code == "slot_taken":
        form = replace(form, slot_id="")
        if not proposal.slots:
            sentence = text(language, "guest.slot_taken_none")
    return page(visit, proposal, form=form, errors=errors, problem=sentence, status=status)


SENTENCES: Mapping[str, str] = {
    "slot_taken": "guest.slot_taken",
    "unknown_slot": "guest.unknown_slot",
    "calendar_unreadable": "guest.unreadable",
    "too_many_requests": "guest.too_many",
}


def page(
    visit: Visit,
    proposal: GuestProposalView,
    *,
    form: GuestForm | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
    asked: bool = False,
    already: bool = False,
    status: int = 200,
) -> Response:
    """The page for the proposal's state; ``form`` is what was typed so far."""
    reading = visit.reading(proposal, form.time_zone if form else "")
    if proposal.status is ProposalStatus.CONFIRMED and proposal.appointment is not None:
        template, values = "guest/confirmed.html", guest_view.confirmed(proposal, proposal.appointment, reading)
        values |= {"already": already, "reload_url": visit.home()}
    elif proposal.status is ProposalStatus.OPEN and proposal.slots:
        typed = Typed(form.slot_id, form.name, form.company, form.email) if form else None
        template, values = "guest/choose.html", guest_view.choosing(proposal, reading, typed)
        values |= {"form_key": secrets.token_urlsafe(16), "errors": dict(errors or {})}
    else:
        template, values = "guest/over.html", guest_view.over(proposal, reading)
    values |= {
        "token": visit.token,
        "query": visit.query,
        "asked": asked,
        "problem": problem or (text(visit.language, "guest.fix") if errors else ""),
    }
    return render(
        visit.request,
        template,
        values,
        language=visit.language,
        zone=reading.zone,
        status=status,
        here=visit.home(),
    )


def unknown_link(request: Request) -> Response:
    """The same for every link that is none, however wrong (G23)."""
    return _nothing(request, 404, "unknown", "guest.unknown_heading", "guest.unknown_text")


def _unknown_or_down(visit: Visit, problem: BackendProblem) -> Response:
    if problem.status == 404:
        return unknown_link(visit.request)
    return _nothing(visit.request, problem.status, "over", "common.error_heading", "common.error_text")


def _nothing(request: Request, status: int, mark: str, heading: str, message: str) -> Response:
    """A page without a proposal."""
    language = language_for(request)
    values: dict[str, object] = {"hosts": [], "can_ask": False, "asked": False, "problem": ""}
    values |= {"mark": mark, "heading": text(language, heading), "message": text(language, message)}
    return render(request, "guest/over.html", values, language=language, status=status)

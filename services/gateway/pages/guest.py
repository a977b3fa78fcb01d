"""The guest's page (R22-R24): works without JavaScript, and GET changes nothing (G7). Cookies do not matter here
except for the language.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import idempotency_key, looks_like_token
from services.gateway.edge.limits import TooManyRequests
from services.gateway.pages import add_to_calendar, guest_view, times
from services.gateway.pages.guest_form import GuestForm
from services.gateway.pages.guest_view import Reading, Typed
from services.gateway.pages.rendering import language_for, render
from services.gateway.pages.texts import text
from services.gateway.parts import GatewayParts, parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.caller import GuestCaller
from shared import clock
from shared.contracts.api.appointments import AppointmentStatus
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
    zone: str = ""
    """Picked without a script; else the address says it."""

    def caller(self, key: str | None = None) -> GuestCaller:
        request_id = getattr(self.request.state, "request_id", "")
        return GuestCaller(self.token, self.language, request_id, key)

    async def proposal(self) -> GuestProposalView:
        return (await self.parts.backends.booking.guest_proposal(self.caller())).read(GuestProposalView)

    def reading(self, proposal: GuestProposalView, typed_zone: str = "") -> Reading:
        wanted = self.zone or typed_zone or self.request.query_params.get("tz")
        return Reading(self.language, times.zone_or(wanted, proposal.time_zone), clock.now())

    @property
    def query(self) -> str:
        asked = {"tz": self.zone or self.request.query_params.get("tz"), "lang": self.request.query_params.get("lang")}
        kept = {name: value for name, value in asked.items() if value}
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
    return page(visit, proposal)


@router.get("/g/{token}/invite.ics")
async def calendar_file(request: Request, token: str) -> Response:
    """The confirmed appointment for the guest's own calendar (X12); anything else leads to the page."""
    visit = _visit(request, token)
    async with visit.parts.limits.guest(request, token=token, confirms=False):
        try:
            appointment = (await visit.proposal()).appointment
        except BackendProblem as problem:
            return _unknown_or_down(visit, problem)
    if appointment is None or appointment.status is not AppointmentStatus.CONFIRMED:
        return RedirectResponse(visit.home(), status_code=303)
    headers = {"Content-Disposition": 'attachment; filename="invite.ics"'}
    content = add_to_calendar.file_of(appointment, clock.now())
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.post("/g/{token}")
async def confirm(request: Request, token: str) -> Response:
    visit = _visit(request, token)
    visit.parts.csrf.check_origin(request)
    form = GuestForm.of(await request.form())
    try:
        async with visit.parts.limits.guest(request, token=token, confirms=True):
            idempotency_key(form.key)
            errors = form.errors(visit.language)
            if errors:
                proposal = await visit.proposal()
                return page(visit, proposal, form=form, errors=errors, status=422)
            await visit.parts.backends.booking.confirm(visit.caller(form.key), form.body(visit.language))
    except TooManyRequests as problem:
        return _later(visit, f"/g/{token}", form, problem)
    except BackendProblem as problem:
        return await _refused(
            visit, form, problem.status, problem.code, problem.errors, problem.retry_after, _nearest(problem)
        )
    except Problem as problem:
        return await _refused(visit, form, problem.status, problem.code, problem.errors)
    return RedirectResponse(visit.home(), status_code=303)


@router.post("/g/{token}/ask")
async def ask_again(request: Request, token: str) -> Response:
    """R24: a few words to the staff. What else was typed on the page stays there."""
    visit = _visit(request, token)
    visit.parts.csrf.check_origin(request)
    form = GuestForm.of(await request.form())
    body = AskAgain.model_construct(message=form.message)
    try:
        async with visit.parts.limits.guest(request, token=token, confirms=False):
            await visit.parts.backends.booking.ask_again(visit.caller(), body.model_dump_json().encode())
            if form.is_begun:
                return page(visit, await visit.proposal(), form=replace(form, message=""))
    except TooManyRequests as problem:
        return _later(visit, f"/g/{token}/ask", form, problem)
    except BackendProblem as problem:
        return await _refused(visit, form, problem.status, problem.code, problem.errors, problem.retry_after)
    return RedirectResponse(visit.home(), status_code=303)


@router.post("/g/{token}/zone")
async def show_in_zone(request: Request, token: str) -> Response:
    """The same page in another zone, without a script; changes nothing, and no address holds what was typed."""
    visit = _visit(request, token)
    form = await request.form()
    wanted = form.get("tz")
    visit = replace(visit, zone=times.zone_or(wanted if isinstance(wanted, str) else None, ""))
    async with visit.parts.limits.guest(request, token=token, confirms=False):
        try:
            proposal = await visit.proposal()
        except BackendProblem as problem:
            return _unknown_or_down(visit, problem)
    return page(visit, proposal, form=GuestForm.of(form))


@router.get("/g/{token}/ask")
@router.get("/g/{token}/zone")
async def leave_step(request: Request, token: str) -> Response:
    return RedirectResponse(_visit(request, token).home(), status_code=303)


def _nearest(problem: BackendProblem) -> list[str]:
    """Ids of the slots that remain, as booking orders them beside a refusal (X12)."""
    return [str(slot.get("id")) for slot in problem.body.get("slots", ())]


async def _refused(
    visit: Visit,
    form: GuestForm,
    status: int,
    code: str,
    details: Any,
    retry_after: str | None = None,
    nearest: Sequence[str] = (),
) -> Response:
    """The page again with what was typed, a kind sentence, and the slots that remain."""
    try:
        proposal = await visit.proposal()
    except BackendProblem as problem:
        return _unknown_or_down(visit, problem)
    language = visit.language
    if proposal.status is ProposalStatus.CONFIRMED:
        return page(visit, proposal, already=True, status=status)
    errors = form.errors_from(details, language) if status == 422 else {}
    sentence = errors.pop("", None) or text(language, SENTENCES.get(code, "guest.fix" if errors else "guest.failed"))
    if code == "slot_taken":
        form = replace(form, slot_id="")
        if not proposal.slots:
            sentence = text(language, f"guest.slot_taken_{'unreadable' if proposal.unreadable else 'none'}")
    headers = retry_headers(retry_after)
    return page(
        visit, proposal, form=form, errors=errors, problem=sentence, status=status, headers=headers, nearest=nearest
    )


SENTENCES: Mapping[str, str] = {
    "slot_taken": "guest.slot_taken",
    "unknown_slot": "guest.unknown_slot",
    "calendar_unreadable": "guest.unreadable",
    "expired": "guest.expired_meanwhile",
    "withdrawn": "guest.withdrawn_meanwhile",
    "idempotency_key_invalid": "common.expired_form",
    "idempotency_key_reused": "common.expired_form",
}
"""What else can come is temporary; ``already_confirmed`` shows what was confirmed."""


def _later(visit: Visit, action: str, form: GuestForm, problem: TooManyRequests) -> Response:
    kept = {name: value for name, value in form.as_sent().items() if value}
    return later(visit.request, f"{action}?{visit.query}", kept, problem, here=visit.home())


def later(request: Request, action: str, kept: Mapping[str, str], problem: TooManyRequests, *, here: str) -> Response:
    """Asks nobody, and keeps what was typed for another try."""
    values: dict[str, object] = {"action": action, "kept": kept}
    language, headers = language_for(request), problem.headers
    return render(
        request, "guest/later.html", values, language=language, status=problem.status, headers=headers, here=here
    )


def retry_headers(after: str | None) -> dict[str, str]:
    return {"Retry-After": after} if after else {}


def page(
    visit: Visit,
    proposal: GuestProposalView,
    *,
    form: GuestForm | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
    already: bool = False,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    nearest: Sequence[str] = (),
) -> Response:
    """The page for the proposal's state; ``form`` is what was typed so far."""
    reading = visit.reading(proposal, form.time_zone if form else "")
    if proposal.status is ProposalStatus.CONFIRMED and proposal.appointment is not None:
        template, values = "guest/confirmed.html", guest_view.confirmed(proposal, proposal.appointment, reading)
        values |= {"already": already, "reload_url": visit.home(), "invite_url": f"/g/{visit.token}/invite.ics"}
    elif proposal.status is ProposalStatus.OPEN and proposal.slots:
        typed = Typed(form.slot_id, form.name, form.company, form.email) if form else None
        template, values = "guest/choose.html", guest_view.choosing(proposal, reading, typed, nearest)
        values |= {"form_key": secrets.token_urlsafe(16), "errors": dict(errors or {})}
    else:
        template, values = "guest/over.html", guest_view.over(proposal, reading)
    values |= {
        "token": visit.token,
        "query": visit.query,
        "message": form.message if form else "",
        "problem": problem or (text(visit.language, "guest.fix") if errors else ""),
    }
    return render(
        visit.request,
        template,
        values,
        language=visit.language,
        zone=reading.zone,
        status=status,
        headers=headers,
        here=visit.home(),
    )


def preview(request: Request, proposal: GuestProposalView) -> Response:
    """For staff, of a proposal to come: it has no token yet, and its page follows nothing."""
    return page(Visit(request, parts_of(request), "", language_for(request)), proposal)


def unknown_link(request: Request) -> Response:
    """The same for every link that is none, however wrong (G23)."""
    return nothing(request, 404, "unknown", "guest.unknown_heading", "guest.unknown_text")


def _unknown_or_down(visit: Visit, problem: BackendProblem) -> Response:
    if problem.status == 404:
        return unknown_link(visit.request)
    headers = retry_headers(problem.retry_after)
    return nothing(visit.request, problem.status, "over", "common.error_heading", "common.error_text", headers)


def nothing(
    request: Request,
    status: int,
    mark: str,
    heading: str,
    explanation: str,
    headers: Mapping[str, str] | None = None,
    *,
    organization: str = "",
    embed: bool = False,
) -> Response:
    """A page without a proposal."""
    language = language_for(request)
    values: dict[str, object] = {"hosts": [], "can_ask": False, "asked_at": "", "problem": ""}
    values |= {"mark": mark, "heading": text(language, heading), "organization": organization, "embed": embed}
    values |= {"explanation": text(language, explanation)}
    return render(request, "guest/over.html", values, language=language, status=status, headers=headers)

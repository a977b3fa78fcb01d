"""Proposals: the list, one of them with what became of each effect, withdrawing (R28)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn
from services.gateway.pages.effect_rows import Reading, effect_rows, effect_states
from services.gateway.pages.guest_names import guest_name, title_beside
from services.gateway.pages.list_filters import filters_of
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.timeline_rows import timeline_of
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared import clock
from shared.contracts.api.effects import Effect
from shared.contracts.api.proposals import (
    ProposalList,
    ProposalStatus,
    ProposalView,
    ProposalWithdraw,
    SlotStatus,
    SlotView,
)
from shared.problem import Language

router = APIRouter()
BADGES = {
    ProposalStatus.OPEN: "open",
    ProposalStatus.CONFIRMED: "ok",
    ProposalStatus.EXPIRED: "wait",
    ProposalStatus.WITHDRAWN: "none",
}
_SLOT_BADGES = {
    SlotStatus.OPEN: "open",
    SlotStatus.CONFIRMED: "ok",
    SlotStatus.TAKEN: "wait",
    SlotStatus.WITHDRAWN: "none",
}
_SAID = {
    "edited": "proposals.edited",
    "withdrawn": "proposals.withdrawn_done",
    "changed": "edit.changed",
    "unchanged": "edit.unchanged",
    "overtaken": "edit.overtaken_over",
}
PAGE_SIZE = 30


@router.get("/proposals")
async def show_list(request: Request, signed_in: Session) -> Response:
    status = next((one for one in ProposalStatus if one == request.query_params.get("status")), "")
    filters = await filters_of(request, signed_in, "/proposals", ("status", status))
    query = filters.query() | {"limit": str(PAGE_SIZE)} | ({"status": status} if status else {})
    listed = (await parts_of(request).backends.booking.proposals(signed_in.caller(), query)).read(ProposalList)
    reading = Reading({}, signed_in.zone, language_for(request), clock.now())
    return staff_page(
        request,
        signed_in,
        "staff/proposals.html",
        {
            "items": [_line(item, reading) for item in listed.items],
            "filters": filters,
            "statuses": ["", *ProposalStatus],
            "more_url": filters.next_url(listed.next_cursor),
        },
    )


@router.get("/proposals/{proposal_id}")
async def show(request: Request, proposal_id: str, signed_in: Session) -> Response:
    return await _detail(request, signed_in, proposal_id)


@router.get("/proposals/{proposal_id}/withdraw")
async def leave_step(proposal_id: str) -> Response:
    """Reloading what a form answered."""
    return RedirectResponse(f"/proposals/{quote(proposal_id, safe='')}", status_code=303)


@router.post("/proposals/{proposal_id}/withdraw")
async def withdraw(request: Request, proposal_id: str, signed_in: Form) -> Response:
    form = await request.form()
    body = ProposalWithdraw(notify_guest=form.get("notify_guest") == "on").model_dump_json().encode()
    try:
        await parts_of(request).backends.booking.withdraw(signed_in.caller(), proposal_id, body=body)
    except BackendProblem as problem:
        if problem.status == 404:
            raise
        return await _detail(request, signed_in, proposal_id, problem=problem.detail, status=problem.status)
    return RedirectResponse(f"/proposals/{proposal_id}?said=withdrawn", status_code=303)


async def _detail(
    request: Request, signed_in: SignedIn, proposal_id: str, *, problem: str = "", status: int = 200
) -> Response:
    language = language_for(request)
    reply = await parts_of(request).backends.booking.proposal(signed_in.caller(), proposal_id)
    proposal = reply.read(ProposalView)
    timeline = None if proposal.hidden else await timeline_of(request, signed_in, "proposals", proposal_id)
    names = {attendee.staff_id: attendee.name for attendee in proposal.attendees}
    said = _SAID.get(request.query_params.get("said", ""), "")
    heading = guest_name(proposal, language)
    return staff_page(
        request,
        signed_in,
        "staff/proposal.html",
        {
            "problem": problem,
            "said": text(language, said) if said else "",
            "proposal": proposal,
            "badge": BADGES[proposal.status],
            "heading": heading,
            "title": title_beside(proposal.title, heading),
            "slots": [_slot(slot, proposal, language) for slot in proposal.slots],
            "unreadable": _unreadable(proposal, names, language),
            "own_unreadable": any(signed_in.staff.id in staff_ids for staff_ids in proposal.unreadable.values()),
            "organizer": names.get(proposal.organizer_id, ""),
            "effects": effect_rows(proposal.effects, Reading(names, signed_in.zone, language, clock.now())),
            "timeline": timeline,
            "can_edit": proposal.can_change and proposal.status in (ProposalStatus.OPEN, ProposalStatus.EXPIRED),
            "can_withdraw": proposal.can_change and proposal.status is ProposalStatus.OPEN,
            "hold_count": sum(effect.count for effect in proposal.effects if effect.effect is Effect.HOLD),
        },
        status=status,
        here=f"/proposals/{proposal_id}",
    )


def _line(proposal: ProposalView, reading: Reading) -> dict[str, Any]:
    standing = [slot for slot in proposal.slots if slot.status is not SlotStatus.WITHDRAWN] or proposal.slots
    in_order = sorted(standing, key=lambda slot: slot.start)
    chosen = [slot for slot in in_order if slot.status is SlotStatus.CONFIRMED]
    heading = guest_name(proposal, reading.language)
    names = {attendee.staff_id: attendee.name for attendee in proposal.attendees}
    return {
        "proposal": proposal,
        "badge": BADGES[proposal.status],
        "heading": heading,
        "title": title_beside(proposal.title, heading),
        "states": effect_states(proposal.effects, replace(reading, names=names)),
        "slot": next(iter(chosen or in_order), None),
        "count": 0 if chosen else len(in_order),
    }


def _unreadable(proposal: ProposalView, names: Mapping[str, str], language: Language) -> str:
    """An unreadable calendar is not an empty one (G3): whose keeps slots from being chosen."""
    whose = dict.fromkeys(one for staff_ids in proposal.unreadable.values() for one in staff_ids)
    listed = text(language, "common.list_comma").join(filter(None, (names.get(one, "") for one in whose)))
    return text(language, "proposals.unreadable", names=listed) if whose else ""


def _slot(slot: SlotView, proposal: ProposalView, language: Language) -> dict[str, Any]:
    """A slot can be chosen as long as it and its proposal are open, and every calendar can be read."""
    left = slot.status is SlotStatus.OPEN
    over = "passed" if slot.start <= clock.now() else "closed" if proposal.status is not ProposalStatus.OPEN else ""
    unreadable = slot.id in proposal.unreadable
    word = over if left and over else "unreadable" if unreadable else str(slot.status)
    return {
        "slot": slot,
        "badge": "none" if left and over else "bad" if unreadable else _SLOT_BADGES[slot.status],
        "word": text(language, f"proposals.slot_{word}"),
        "gone": bool(left and over) or slot.status in (SlotStatus.TAKEN, SlotStatus.WITHDRAWN),
    }

"""Staff: proposals."""

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse

from services.booking.model.copied_slots import slots_text
from services.booking.model.proposal import Proposal
from services.booking.problems import MALFORMED, invalid
from services.booking.routes.narrowing import narrowing
from services.booking.routes.versions import Change, Writes, if_match
from services.booking.schemas import fingerprint, parse, read_cursor, read_json
from services.booking.store.bookings import BookingStore
from services.booking.store.listings import Narrowing, newest_proposals
from services.booking.usecases.availability import Availability
from services.booking.usecases.edit_proposal import EditProposal
from services.booking.usecases.end_proposal import WithdrawProposal
from services.booking.usecases.links import Links
from services.booking.usecases.propose import ProposeSlots
from services.booking.views.staff import proposal_view
from shared.contracts.api.fields import zone_names
from shared.contracts.api.proposals import (
    ProposalCreate,
    ProposalList,
    ProposalPatch,
    ProposalStatus,
    ProposalView,
    ProposalWithdraw,
)
from shared.cursors import cursor_of
from shared.internal import Caller, Guard, caller
from shared.problem import Language, NotFound

Who = Annotated[Caller, Depends(caller)]
Expected = Annotated[str | None, Depends(if_match)]
Narrowed = Annotated[Narrowing, Depends(narrowing)]


class ProposalRoutes:
    """``/internal/proposals``."""

    def __init__(
        self,
        guard: Guard,
        writes: Writes,
        store: BookingStore,
        links: Links,
        availability: Availability,
        propose: ProposeSlots,
        edit: EditProposal,
        withdraw: WithdrawProposal,
    ) -> None:
        self._guard = guard
        self._writes = writes
        self._store = store
        self._links = links
        self._availability = availability
        self._propose = propose
        self._edit = edit
        self._withdraw = withdraw

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/internal/proposals", dependencies=[Depends(self._guard)])
        add = router.add_api_route
        add("", self.create, methods=["POST"], status_code=201)
        add("/preview", self.preview, methods=["POST"])
        add("", self.show_all, methods=["GET"])
        add("/{proposal_id}", self.show, methods=["GET"])
        add("/{proposal_id}", self.change, methods=["PATCH"])
        add("/{proposal_id}", self.end, methods=["DELETE"])
        add("/{proposal_id}/slots.txt", self.copy, methods=["GET"])
        return router

    def _view(self, proposal: Proposal, who: Caller, unreadable: Mapping[str, list[str]] | None = None) -> ProposalView:
        return proposal_view(proposal, who, self._links.guest_url(proposal.proposal_id, proposal.token), unreadable)

    async def _write(self, proposal_id: str, apply: Change[Proposal], who: Caller, expected: str | None) -> Proposal:
        return await self._writes(proposal_id, lambda: self._find(proposal_id, who), apply, who, expected)

    async def _find(self, proposal_id: str, who: Caller) -> Proposal:
        proposal = await self._store.proposal(who.organization_id, proposal_id)
        if proposal is None:
            raise NotFound()
        return proposal

    async def create(self, request: Request, who: Who) -> ProposalView:
        given = read_json(await request.body())
        return self._view(await self._propose(parse(ProposalCreate, given), who, fingerprint(given)), who)

    async def preview(self, request: Request, who: Who) -> dict[str, Any]:
        event = await self._propose.preview(parse(ProposalCreate, read_json(await request.body())), who)
        return {
            "event": event.routing_key,
            "subject": event.subject,
            "data": event.data.model_dump(mode="json"),
            "organization_id": event.organizationid,
        }

    async def show_all(
        self,
        who: Who,
        narrowed: Narrowed,
        status: ProposalStatus | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> ProposalList:
        after = read_cursor(cursor, 1, who.language)
        found = await newest_proposals(
            self._store, who, narrowed, status=status, before_id=after[0] if after else None, limit=limit
        )
        page = found[:limit]
        more = cursor_of(page[-1].proposal_id) if len(found) > limit else None
        return ProposalList(items=[self._view(proposal, who) for proposal in page], next_cursor=more)

    async def show(self, proposal_id: str, who: Who) -> ProposalView:
        """Also which slots cannot be chosen for now, since a calendar cannot be read (G3)."""
        proposal = await self._find(proposal_id, who)
        return self._view(proposal, who, (await self._availability.offered(proposal)).unreadable)

    async def change(self, proposal_id: str, request: Request, who: Who, expected: Expected) -> ProposalView:
        body = await request.body()

        async def apply(before: Proposal) -> Proposal:
            return await self._edit(before, parse(ProposalPatch, read_json(body)), who)

        return self._view(await self._write(proposal_id, apply, who, expected), who)

    async def end(
        self, proposal_id: str, request: Request, who: Who, expected: Expected, notify_guest: bool = False
    ) -> ProposalView:
        body = await request.body()

        async def apply(before: Proposal) -> Proposal:
            wanted = parse(ProposalWithdraw, read_json(body))
            return await self._withdraw(before, who, notify_guest=notify_guest or wanted.notify_guest)

        return self._view(await self._write(proposal_id, apply, who, expected), who)

    async def copy(
        self,
        proposal_id: str,
        who: Who,
        locale: Annotated[str, Query(max_length=35)] = "",
        time_zone: Annotated[str, Query(max_length=100)] = "",
    ) -> Response:
        proposal = await self._find(proposal_id, who)
        if time_zone and time_zone not in zone_names():
            raise invalid(who.language, ("?time_zone", MALFORMED))
        language: Language = "en" if (locale or who.language).lower().startswith("en") else "ja"
        zone = ZoneInfo(time_zone or proposal.time_zone)
        return PlainTextResponse(slots_text([slot.span for slot in proposal.open_slots], zone=zone, locale=language))

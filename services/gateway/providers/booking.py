"""Booking: proposals, appointments, the guest's side, and who is booked when."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from services.gateway.providers.answers import ClaimedRooms, ClaimList, ExplainedClaims, PreviewMaterial
from services.gateway.providers.backend import Backend, Query, Reply
from services.gateway.providers.caller import GuestCaller
from shared.contracts.api.page_times import PageTimes, WhyMissing
from shared.contracts.api.payments import WayBack
from shared.contracts.timeline import TimelinePage
from shared.http import AsyncClient
from shared.internal import Caller
from shared.problem import NotFound
from shared.single_flight import NextFlight

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def _path(noun: str, an_id: str, *rest: str) -> str:
    """Raises ``NotFound`` for what is no id of ours, so that none can lead elsewhere."""
    if not _ID.fullmatch(an_id):
        raise NotFound()
    return "/".join(("/internal", noun, an_id, *rest))


def _stamp(at: datetime) -> str:
    """In UTC: the plus of an offset does not travel well."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Booking(Backend):
    """Every method raises ``BackendProblem``; bodies are those of ``shared/contracts/api``."""

    def __init__(self, name: str, client: AsyncClient) -> None:
        super().__init__(name, client)
        self._shared: NextFlight[Reply] = NextFlight()

    async def propose(self, caller: Caller, body: bytes) -> Reply:
        return await self.call("POST", "/internal/proposals", caller, body=body)

    async def preview(self, caller: Caller, body: bytes) -> PreviewMaterial:
        reply = await self.call("POST", "/internal/proposals/preview", caller, body=body)
        return reply.read(PreviewMaterial)

    async def proposals(self, caller: Caller, query: Query) -> Reply:
        return await self.call("GET", "/internal/proposals", caller, query=query)

    async def proposal(self, caller: Caller, proposal_id: str) -> Reply:
        return await self.call("GET", _path("proposals", proposal_id), caller)

    async def change_proposal(
        self, caller: Caller, proposal_id: str, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        return await self.call("PATCH", _path("proposals", proposal_id), caller, body=body, if_match=if_match)

    async def withdraw(
        self,
        caller: Caller,
        proposal_id: str,
        *,
        query: Query | None = None,
        body: bytes = b"",
        if_match: str | None = None,
    ) -> Reply:
        path = _path("proposals", proposal_id)
        return await self.call("DELETE", path, caller, query=query, body=body, if_match=if_match)

    async def slots_text(self, caller: Caller, proposal_id: str, query: Query) -> Reply:
        """``query`` may name ``locale`` and ``time_zone``."""
        return await self.call("GET", _path("proposals", proposal_id, "slots.txt"), caller, query=query)

    async def register(self, caller: Caller, body: bytes) -> Reply:
        return await self.call("POST", "/internal/appointments", caller, body=body)

    async def appointments(self, caller: Caller, query: Query) -> Reply:
        return await self.call("GET", "/internal/appointments", caller, query=query)

    async def appointment(self, caller: Caller, appointment_id: str) -> Reply:
        return await self.call("GET", _path("appointments", appointment_id), caller)

    async def change_appointment(
        self, caller: Caller, appointment_id: str, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        return await self.call("PATCH", _path("appointments", appointment_id), caller, body=body, if_match=if_match)

    async def cancel(self, caller: Caller, appointment_id: str, body: bytes, *, if_match: str | None = None) -> Reply:
        path = _path("appointments", appointment_id, "cancel")
        return await self.call("POST", path, caller, body=body, if_match=if_match)

    async def delete_appointment(self, caller: Caller, appointment_id: str, *, if_match: str | None = None) -> Reply:
        return await self.call("DELETE", _path("appointments", appointment_id), caller, if_match=if_match)

    async def occurrences(self, caller: Caller, appointment_id: str) -> Reply:
        return await self.call("GET", _path("appointments", appointment_id, "occurrences"), caller)

    async def move_occurrence(
        self, caller: Caller, appointment_id: str, at: datetime, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        path = _path("appointments", appointment_id, "occurrences", _stamp(at))
        return await self.call("PATCH", path, caller, body=body, if_match=if_match)

    async def cancel_occurrence(
        self, caller: Caller, appointment_id: str, at: datetime, *, if_match: str | None = None
    ) -> Reply:
        path = _path("appointments", appointment_id, "occurrences", _stamp(at))
        return await self.call("DELETE", path, caller, if_match=if_match)

    async def enter_link(
        self, caller: Caller, appointment_id: str, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        path = _path("appointments", appointment_id, "meeting")
        return await self.call("PUT", path, caller, body=body, if_match=if_match)

    async def remove_link(self, caller: Caller, appointment_id: str, *, if_match: str | None = None) -> Reply:
        return await self.call("DELETE", _path("appointments", appointment_id, "meeting"), caller, if_match=if_match)

    async def timeline(self, caller: Caller, noun: str, an_id: str, query: Query) -> TimelinePage:
        """``noun`` is ``proposals`` or ``appointments``."""
        return await self.read(TimelinePage, "GET", _path(noun, an_id, "timeline"), caller, query=query)

    async def decide_drift(
        self, caller: Caller, appointment_id: str, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        path = _path("appointments", appointment_id, "drift")
        return await self.call("POST", path, caller, body=body, if_match=if_match)

    async def answer_request(
        self, caller: Caller, appointment_id: str, answer: str, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        """``answer`` is ``approve`` or ``decline`` (H4)."""
        return await self.call(
            "POST", _path("appointments", appointment_id, answer), caller, body=body, if_match=if_match
        )

    async def record_outcome(
        self, caller: Caller, appointment_id: str, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        path = _path("appointments", appointment_id, "outcome")
        return await self.call("PUT", path, caller, body=body, if_match=if_match)

    async def menu_items(self, caller: Caller, noun: str, query: Query) -> Reply:
        """``noun`` is ``meeting-types`` or ``bookables``."""
        return await self.call("GET", f"/internal/{noun}", caller, query=query)

    async def menu_item(self, caller: Caller, noun: str, item_id: str) -> Reply:
        return await self.call("GET", _path(noun, item_id), caller)

    async def make_menu_item(self, caller: Caller, noun: str, body: bytes) -> Reply:
        return await self.call("POST", f"/internal/{noun}", caller, body=body)

    async def change_menu_item(
        self, caller: Caller, noun: str, item_id: str, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        return await self.call("PATCH", _path(noun, item_id), caller, body=body, if_match=if_match)

    async def delete_menu_item(self, caller: Caller, noun: str, item_id: str, *, if_match: str | None = None) -> Reply:
        return await self.call("DELETE", _path(noun, item_id), caller, if_match=if_match)

    async def pages(self, caller: Caller, query: Query) -> Reply:
        """``query`` may name ``q``, ``owner_id``, ``limit`` and ``cursor``."""
        return await self.call("GET", "/internal/pages", caller, query=query)

    async def page(self, caller: Caller, page_id: str) -> Reply:
        return await self.call("GET", _path("pages", page_id), caller)

    async def make_page(self, caller: Caller, body: bytes) -> Reply:
        return await self.call("POST", "/internal/pages", caller, body=body)

    async def copy_page(self, caller: Caller, page_id: str) -> Reply:
        return await self.call("POST", _path("pages", page_id, "copy"), caller)

    async def change_page(self, caller: Caller, page_id: str, body: bytes, *, if_match: str | None = None) -> Reply:
        return await self.call("PATCH", _path("pages", page_id), caller, body=body, if_match=if_match)

    async def delete_page(self, caller: Caller, page_id: str, *, if_match: str | None = None) -> Reply:
        return await self.call("DELETE", _path("pages", page_id), caller, if_match=if_match)

    async def preview_page(self, caller: Caller, body: Mapping[str, object]) -> PageTimes:
        """``body`` is a ``PagePreviewRequest``."""
        return await self.read(PageTimes, "POST", "/internal/pages/preview", caller, body=body)

    async def page_times(self, caller: Caller, page_id: str, query: Query) -> PageTimes:
        """``query`` may name ``from``, ``to`` and ``duration``."""
        return await self.read(PageTimes, "GET", _path("pages", page_id, "slots"), caller, query=query)

    async def why_missing(self, caller: Caller, page_id: str, query: Query) -> WhyMissing:
        """``query`` names ``at`` and perhaps ``duration``."""
        return await self.read(WhyMissing, "GET", _path("pages", page_id, "explain"), caller, query=query)

    async def contacts(self, caller: Caller, query: Query) -> Reply:
        return await self.call("GET", "/internal/contacts", caller, query=query)

    async def contact(self, caller: Caller, contact_id: str) -> Reply:
        return await self.call("GET", _path("contacts", contact_id), caller)

    async def change_contact(
        self, caller: Caller, contact_id: str, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        return await self.call("PATCH", _path("contacts", contact_id), caller, body=body, if_match=if_match)

    async def export_contact(self, caller: Caller, contact_id: str) -> Reply:
        return await self.call("GET", _path("contacts", contact_id, "export"), caller)

    async def erase_address(self, caller: Caller, body: bytes) -> Reply:
        return await self.call("POST", "/internal/erasures", caller, body=body)

    async def erasures(self, caller: Caller, query: Query) -> Reply:
        return await self.call("GET", "/internal/erasures", caller, query=query)

    async def erasure(self, caller: Caller, erasure_id: str) -> Reply:
        return await self.call("GET", _path("erasures", erasure_id), caller)

    async def delete_contact(self, caller: Caller, contact_id: str, *, if_match: str | None = None) -> Reply:
        return await self.call("DELETE", _path("contacts", contact_id), caller, if_match=if_match)

    async def guest_page(self, guest: GuestCaller, slug: str) -> Reply:
        return await self.call("GET", _path("guest/page", slug), guest)

    async def page_slots(self, guest: GuestCaller, slug: str, query: Query) -> Reply:
        """``query`` may name ``from``, ``to``, ``duration`` and ``time_zone``. Many look at one page when its address
        was sent round: who asks the same at the same time is answered by one call.
        """
        path = _path("guest/page", slug, "slots")
        key = (path, *sorted(query.items()), guest.language)
        return await self._shared(key, lambda: self.call("GET", path, guest, query=query))

    async def book(self, guest: GuestCaller, slug: str, body: bytes) -> Reply:
        return await self.call("POST", _path("guest/page", slug, "bookings"), guest, body=body)

    async def guest_appointment(self, guest: GuestCaller) -> Reply:
        return await self.call("GET", "/internal/guest/appointment", guest)

    async def back_from_paying(self, guest: GuestCaller) -> WayBack:
        return (await self.call("GET", "/internal/guest/paid", guest)).read(WayBack)

    async def other_times(self, guest: GuestCaller, query: Query) -> Reply:
        """``query`` may name ``from``, ``to`` and ``time_zone``."""
        return await self.call("GET", "/internal/guest/appointment/slots", guest, query=query)

    async def reschedule(self, guest: GuestCaller, body: bytes) -> Reply:
        return await self.call("POST", "/internal/guest/appointment/reschedule", guest, body=body)

    async def cancel_as_guest(self, guest: GuestCaller, body: bytes) -> Reply:
        return await self.call("POST", "/internal/guest/appointment/cancel", guest, body=body)

    async def join_as_staff(self, caller: Caller, appointment_id: str) -> Reply:
        return await self.call("GET", _path("appointments", appointment_id, "join"), caller)

    async def join_as_guest(self, guest: GuestCaller) -> Reply:
        return await self.call("GET", "/internal/guest/join", guest)

    async def revoke_join_link(
        self, caller: Caller, appointment_id: str, body: bytes, *, if_match: str | None = None
    ) -> None:
        path = _path("appointments", appointment_id, "join-link")
        await self.call("POST", path, caller, body=body, if_match=if_match)

    async def claims(self, caller: Caller, staff_ids: Sequence[str], start: datetime, end: datetime) -> ClaimList:
        query = {"staff_ids": ",".join(staff_ids), "from": start.isoformat(), "to": end.isoformat()}
        return await self.read(ClaimList, "GET", "/internal/claims", caller, query=query)

    async def claimed_rooms(
        self, caller: Caller, room_ids: Sequence[str], start: datetime, end: datetime
    ) -> frozenset[str]:
        body = {"room_ids": list(room_ids), "start": start.isoformat(), "end": end.isoformat()}
        found = await self.read(ClaimedRooms, "POST", "/internal/rooms/claimed", caller, body=body)
        return frozenset(found.room_ids)

    async def explain(self, caller: Caller, staff_id: str, at: datetime) -> ExplainedClaims:
        query = {"staff_id": staff_id, "at": at.isoformat()}
        return await self.read(ExplainedClaims, "GET", "/internal/explain", caller, query=query)

    async def suggestions(self, caller: Caller, query: Query) -> Reply:
        """``query`` names ``staff_ids``, ``minutes``, ``count``, ``kind`` and perhaps ``from``."""
        return await self.call("GET", "/internal/suggestions", caller, query=query)

    async def guest_proposal(self, guest: GuestCaller) -> Reply:
        return await self.call("GET", "/internal/guest/proposal", guest)

    async def confirm(self, guest: GuestCaller, body: bytes) -> Reply:
        return await self.call("POST", "/internal/guest/proposal/confirm", guest, body=body)

    async def ask_again(self, guest: GuestCaller, body: bytes) -> Reply:
        return await self.call("POST", "/internal/guest/proposal/ask-again", guest, body=body)

    async def seen(self, guest: GuestCaller) -> None:
        await self.call("POST", "/internal/guest/proposal/seen", guest)

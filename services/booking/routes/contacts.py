"""Staff: contacts (H7). All see them, owners and administrators change them; ``erasures.py`` deletes them (X5)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.booking.model.contact import Contact
from services.booking.routes.versions import if_match
from services.booking.schemas import parse, read_json, read_place
from services.booking.store.contacts import ContactStore
from services.booking.store.guest_history import GuestHistory
from services.booking.usecases.keep_contacts import KeepContacts, may_change, may_see
from services.booking.usecases.overtaken import again_if_overtaken
from services.booking.views.contacts import contact_detail, contact_view
from shared.contracts.api.contacts import ContactDetail, ContactList, ContactPatch, ContactView
from shared.cursors import cursor_of
from shared.internal import Caller, Guard, caller
from shared.problem import Forbidden, NotFound
from shared.versions import check_version

Who = Annotated[Caller, Depends(caller)]
Expected = Annotated[str | None, Depends(if_match)]
_HISTORY = 100


class ContactRoutes:
    """``/internal/contacts``."""

    def __init__(self, guard: Guard, contacts: ContactStore, history: GuestHistory, keep: KeepContacts) -> None:
        self._guard = guard
        self._contacts = contacts
        self._history = history
        self._keep = keep

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/internal/contacts", dependencies=[Depends(self._guard)])
        add = router.add_api_route
        add("", self.list_contacts, methods=["GET"])
        add("/{contact_id}", self.show, methods=["GET"])
        add("/{contact_id}", self.change, methods=["PATCH"])
        return router

    async def list_contacts(
        self,
        who: Who,
        q: Annotated[str, Query(max_length=255)] = "",
        owner_id: Annotated[str, Query(max_length=100)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> ContactList:
        after = read_place(cursor, who.language)
        found = await self._contacts.seen_last(who, words=q, owner_id=owner_id, after=after, limit=limit + 1)
        page = found[:limit]
        more = cursor_of(page[-1].last_seen_at.isoformat(), page[-1].contact_id) if len(found) > limit else None
        return ContactList(items=[contact_view(one, who) for one in page], next_cursor=more)

    async def show(self, contact_id: str, who: Who) -> ContactDetail:
        contact = await self._find(contact_id, who)
        history = await self._history.latest(contact_id, who, since=contact.forgotten_at, limit=_HISTORY)
        return contact_detail(contact, who, history)

    async def change(self, contact_id: str, request: Request, who: Who, expected: Expected) -> ContactView:
        body = await request.body()

        async def change(before: Contact) -> Contact:
            return await self._keep.change(before, parse(ContactPatch, read_json(body)), who)

        return contact_view(await self._write(contact_id, who, expected, change), who)

    async def _find(self, contact_id: str, who: Caller) -> Contact:
        contact = await self._contacts.find(who.organization_id, contact_id)
        if contact is None or not may_see(contact, who):
            raise NotFound()
        return contact

    async def _write(
        self, contact_id: str, who: Caller, expected: str | None, change: Callable[[Contact], Awaitable[Contact]]
    ) -> Contact:
        async def checked(before: Contact) -> Contact:
            if not may_change(before, who):
                raise Forbidden()
            check_version(before.version, expected)
            return await change(before)

        return await again_if_overtaken(lambda: self._find(contact_id, who), checked)

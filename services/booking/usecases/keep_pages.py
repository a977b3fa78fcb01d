"""Staff make, change, copy and delete scheduling pages (H1, H2); owners their own, administrators all. A deleted page
stays readable, so that links to it answer kindly.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from services.booking.model.page import USUAL_HOURS, Page, Terms, overlapping
from services.booking.model.people import Staff
from services.booking.model.places import places
from services.booking.model.proposal import Origin
from services.booking.problems import (
    BOOKABLE_ATTENDS,
    HOST_DISABLED,
    HOST_TWICE,
    QUESTION_TWICE,
    SPANS_OVERLAP,
    UNKNOWN_STAFF,
    SlugTaken,
    Words,
    invalid,
)
from services.booking.store.bookings import AlreadyMade
from services.booking.store.guards import Guards
from services.booking.store.page_bookings import PageBookings
from services.booking.store.pages import PageStore, SlugInUse
from services.booking.store.people import PeopleStore
from services.booking.usecases.choose_menu import ChooseMenu
from services.booking.usecases.drafting import organization_of
from services.booking.usecases.origins import check_repeated, origin_of
from services.booking.usecases.price_faults import price_faults
from shared import clock
from shared.contracts.api.pages import HostFields, OpenSpan, PageCreate, PagePatch, QuestionFields
from shared.ids import new_id
from shared.internal import Caller
from shared.problem import Forbidden, NotFound, Unavailable

Fault = tuple[str, Words]
_ATTEMPTS = 5
_WEEK = timedelta(days=7)
_TITLE_LENGTH = 100
_SLUG_OF_TITLE = 40
_COPY = {"ja": "{} のコピー", "en": "Copy of {}"}


class KeepPages:
    """``new_slug`` makes one out of a title; slugs that it makes are hardly ever in use."""

    def __init__(
        self,
        pages: PageStore,
        people: PeopleStore,
        choose: ChooseMenu,
        bookings: PageBookings,
        guards: Guards,
        new_slug: Callable[[str], str],
        *,
        takes_payments: bool,
    ) -> None:
        self._takes_payments = takes_payments
        self._pages = pages
        self._bookings = bookings
        self._guards = guards
        self._people = people
        self._choose = choose
        self._new_slug = new_slug

    async def make(self, wanted: PageCreate, caller: Caller, fingerprint: str) -> Page:
        page = await self.draft(wanted, caller)
        return await self._added(page, caller, fingerprint, own_slug=wanted.slug is not None)

    async def draft(self, wanted: PageCreate, caller: Caller, before: Page | None = None) -> Page:
        """As it would be made, or as ``before`` would become; nothing is kept."""
        now = clock.now()
        owner_id = wanted.owner_id or caller.staff_id
        given = {name: getattr(wanted, name) for name in PageCreate.model_fields}
        defaults: dict[str, Any] = {
            "page_id": before.page_id if before else new_id("pag"),
            "organization_id": caller.organization_id,
            "owner_id": owner_id,
            "slug": wanted.slug or self._new_slug(wanted.title),
            "time_zone": wanted.time_zone or await self._zone_of(caller),
            "durations": list(dict.fromkeys(wanted.durations)),
            "hosts": wanted.hosts or [HostFields(staff_id=owner_id, hours=USUAL_HOURS)],
            "questions": _with_ids(wanted.questions),
            "created_at": now,
            "updated_at": now,
        }
        page = Page.model_validate(given | defaults)
        await self._check(before, page, caller)
        return page

    async def copy(self, original: Page, caller: Caller, fingerprint: str) -> Page:
        """A page of the caller's own, under another slug."""
        now = clock.now()
        changes = {
            "page_id": new_id("pag"),
            "version": 1,
            "active": True,
            "deleted": False,
            "owner_id": caller.staff_id,
            "title": _COPY[caller.language].format(original.title)[:_TITLE_LENGTH],
            "slug": self._new_slug(original.title),
            "created_at": now,
            "updated_at": now,
        }
        return await self._added(original.model_copy(update=changes), caller, fingerprint, own_slug=False)

    async def change(self, before: Page, patch: PagePatch, caller: Caller) -> Page:
        """Raises ``StaleVersion``; a deleted page is not changed any more."""
        if before.deleted:
            raise NotFound()
        given = {name: getattr(patch, name) for name in patch.model_fields_set}
        if patch.time_zone == "":
            given["time_zone"] = await self._zone_of(caller)
        if patch.durations is not None:
            given["durations"] = list(dict.fromkeys(patch.durations))
        if patch.questions is not None:
            given["questions"] = _with_ids(patch.questions)
        after = before.changed(given, clock.now())
        await self._check(before, after, caller)
        saved = await self._saved(before, after)
        if _counts_anew(before.terms, saved.terms):
            await self._count(saved)
        return saved

    async def delete(self, before: Page) -> Page:
        """Raises ``StaleVersion``. A second time changes nothing. What was booked stays."""
        return await self._saved(before, before.changed({"active": False, "deleted": True}, clock.now()))

    async def _count(self, page: Page) -> None:
        """Who has a place already, for the guards of a limit that was not there before (H2)."""
        coming = await self._bookings.coming(page.page_id, clock.now() - _WEEK)
        terms = page.terms
        taken = [
            place
            for an_id, start_at in coming.items()
            for place in places(
                page.page_id,
                an_id,
                start_at,
                terms.time_zone,
                daily_limit=terms.daily_limit,
                weekly_limit=terms.weekly_limit,
            )
            if place.limit is not None
        ]
        await self._guards.count(page.organization_id, taken)

    async def _saved(self, before: Page, after: Page) -> Page:
        if after != before:
            try:
                await self._pages.save(before, after)
            except SlugInUse as error:
                raise SlugTaken() from error
        return after

    async def _added(self, page: Page, caller: Caller, fingerprint: str, *, own_slug: bool) -> Page:
        """The same request under the same Idempotency-Key makes one (G8)."""
        origin = origin_of(caller, fingerprint)
        page = page.model_copy(update={"origin": origin})
        for _ in range(_ATTEMPTS):
            try:
                await self._pages.add(page)
            except (AlreadyMade, SlugInUse) as error:
                made = await self._made_before(origin)
                if made is not None:
                    return made
                if isinstance(error, SlugInUse):
                    if own_slug:
                        raise SlugTaken() from error
                    page = page.model_copy(update={"slug": self._new_slug(page.title)})
            else:
                return page
        raise Unavailable()

    async def _made_before(self, origin: Origin | None) -> Page | None:
        made = await self._pages.made_by(origin.key) if origin else None
        if made is not None and origin is not None:
            check_repeated(origin, made.origin)
        return made

    async def _zone_of(self, caller: Caller) -> str:
        return (await organization_of(self._people, caller.organization_id)).time_zone

    async def _check(self, before: Page | None, after: Page, caller: Caller) -> None:
        """What it names is there; what it named before may be gone since. Raises 422 with pointers, and 403 where it
        is made another's page.
        """
        if not caller.is_admin and after.owner_id != caller.staff_id:
            raise Forbidden()
        faults = [*_span_faults(after), *_question_faults(after), *await self._people_faults(before, after)]
        faults += price_faults(before, after, takes_payments=self._takes_payments)
        if faults:
            raise invalid(caller.language, *faults)
        named = (after.meeting_type_id, after.bookable_id)
        if before is not None and named == (before.meeting_type_id, before.bookable_id):
            return
        bookable = (await self._choose(caller, *named)).bookable
        attends = bookable.staff_id if bookable else None
        if attends and (attends not in after.host_ids or (after.is_round_robin and len(after.hosts) > 1)):
            raise invalid(caller.language, ("/bookable_id", BOOKABLE_ATTENDS))

    async def _people_faults(self, before: Page | None, after: Page) -> list[Fault]:
        known = await self._people.staff_of(after.organization_id, [*after.host_ids, after.owner_id])
        faults: list[Fault] = []
        if (before is None or before.owner_id != after.owner_id) and not _is_active(known, after.owner_id):
            faults.append(("/owner_id", UNKNOWN_STAFF))
        for index, host in enumerate(after.hosts):
            pointer = f"/hosts/{index}/staff_id"
            if host.staff_id in after.host_ids[:index]:
                faults.append((pointer, HOST_TWICE))
            elif before is not None and host.staff_id in before.host_ids:
                continue
            elif host.staff_id not in known:
                faults.append((pointer, UNKNOWN_STAFF))
            elif known[host.staff_id].disabled:
                faults.append((pointer, HOST_DISABLED))
        return faults


def new_slug(title: str) -> str:
    """Of the title's Latin letters and digits, and something that makes it unique."""
    words = "-".join(re.findall("[a-z0-9]+", title.lower()))[:_SLUG_OF_TITLE].strip("-")
    return f"{words}-{secrets.token_hex(3)}" if words else secrets.token_hex(5)


def check_may_change(page: Page, caller: Caller) -> None:
    """Raises ``Forbidden``."""
    if not may_change(page, caller):
        raise Forbidden()


def may_change(page: Page, caller: Caller) -> bool:
    return caller.is_admin or page.owner_id == caller.staff_id


def _counts_anew(before: Terms, after: Terms) -> bool:
    """By day or week where nothing was counted, or in another zone."""
    limits = [(getattr(before, name), getattr(after, name)) for name in ("daily_limit", "weekly_limit")]
    is_new = any(was is None and now is not None for was, now in limits)
    limited = any(now is not None for _, now in limits)
    return is_new or (limited and before.time_zone != after.time_zone)


def _is_active(known: Mapping[str, Staff], staff_id: str) -> bool:
    return staff_id in known and not known[staff_id].disabled


def _with_ids(questions: list[QuestionFields]) -> list[QuestionFields]:
    return [question if question.id else question.model_copy(update={"id": new_id("qst")}) for question in questions]


def _question_faults(page: Page) -> list[Fault]:
    ids = [question.id for question in page.questions]
    return [(f"/questions/{index}/id", QUESTION_TWICE) for index, one in enumerate(ids) if one in ids[:index]]


def _span_faults(page: Page) -> list[Fault]:
    days: dict[str, list[OpenSpan]] = {}
    for index, host in enumerate(page.hosts):
        days |= {f"/hosts/{index}/hours/{day}": spans for day, spans in host.hours.items()}
        days |= {f"/hosts/{index}/exceptions/{day}": spans for day, spans in host.exceptions.items()}
    return [
        (f"{pointer}/{place}/start", SPANS_OVERLAP) for pointer, spans in days.items() for place in overlapping(spans)
    ]

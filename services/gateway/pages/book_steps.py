"""The steps of a booking as pages (H5): times to choose from, then the form. What was typed goes along in hidden fields
of a form, so that no address holds it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from fastapi import Response

from services.gateway.edge.headers import framed_by
from services.gateway.pages import page_view, times
from services.gateway.pages.booking_form import ANSWER, BookingForm
from services.gateway.pages.guest import nothing
from services.gateway.pages.page_visit import PageVisit
from services.gateway.pages.picker import Offer, picker_of
from services.gateway.pages.remembered_guest import RememberedGuest, is_known_to_submit, may_be_remembered
from services.gateway.pages.texts import text
from shared.contracts.api.page_guests import GuestPageView, PageSlotView
from shared.contracts.people import masked_address

_NO_FORM = BookingForm()


@dataclass(frozen=True)
class Said:
    """Above a step: why the guest sees it again."""

    problem: str = ""
    errors: Mapping[str, str] | None = None
    status: int = 200
    headers: Mapping[str, str] | None = None


_NOTHING = Said()


@dataclass(frozen=True)
class Steps:
    """Of one page for one visit. ``form`` is what was typed so far; ``guest`` whom this browser remembers (H8)."""

    visit: PageVisit
    page: GuestPageView
    form: BookingForm = _NO_FORM
    guest: RememberedGuest | None = None

    @property
    def zone(self) -> str:
        return times.zone_or(self.visit.pick.time_zone, self.page.time_zone)

    @property
    def minutes(self) -> int:
        return page_view.duration_of(self.page, self.visit.pick)

    @property
    def action(self) -> str:
        """Links of a plain visit; what was typed needs buttons."""
        return self.visit.path + ("/choose" if self.form.is_begun else "")

    def offer(self) -> Offer:
        visit = self.visit
        ask = partial(visit.parts.backends.booking.page_slots, visit.caller(), visit.place)
        return Offer(ask, self.action, visit.pick, self.zone, self.page.time_zone, visit.language, self.minutes)

    async def next(self) -> Response:
        """The form where a time was chosen that is still to be had, else the times of its day."""
        start = self.visit.pick.start
        if not self.page.active:
            return self.closed()
        if start is None:
            return await self.times()
        slot = await self.offer().slot_at(start)
        if slot is not None:
            return self.details([slot])
        return await self.times(Said(text(self.visit.language, "page_guests.not_offered")))

    async def times(self, said: Said = _NOTHING) -> Response:
        visit, offer = self.visit, self.offer()
        durations = [
            (page_view.duration_words(minutes, visit.language), offer.url(duration=minutes, start=None), minutes)
            for minutes in self.page.durations
        ]
        values = {
            **page_view.frame(self.page, visit.language),
            "picker": await picker_of(offer),
            "durations": durations if len(durations) > 1 else [],
            "minutes": self.minutes,
            "kept": self.form.as_sent(),
            **self._submitting(),
            "problem": said.problem,
        }
        return self._show("guest/page_times.html", values, said)

    def details(self, slots: Sequence[PageSlotView], said: Said = _NOTHING) -> Response:
        """Of several times the guest chooses one, nearest first; of one it is said which it is."""
        visit, pick, reading = self.visit, self.visit.pick, self.visit.reading(self.zone)
        choices = [page_view.choice_of(slot, self.page.time_zone, reading) for slot in slots]
        start = slots[0].start if len(slots) == 1 else None
        fill = self.guest is not None and not self.form.is_begun and not said.errors
        typed = self.guest.filling(self.form) if self.guest and fill else self.form
        values = {
            **page_view.frame(self.page, visit.language),
            "choices": choices,
            "single": start is not None,
            "first_sight": self.visit.request.method == "GET",
            "choices_zone": times.zone_of_all(self.zone, [slot.start for slot in slots], visit.language),
            "length": page_view.duration_words(self.minutes, visit.language),
            "questions": self.page.questions,
            "prefix": ANSWER,
            "typed": typed,
            **self._remembering(typed),
            "form_key": secrets.token_urlsafe(16),
            "action": pick.url(visit.path, start=start, duration=self.minutes),
            "back": pick.url(f"{visit.path}/choose", start=None),
            "errors": dict(said.errors or {}),
            "problem": said.problem or (text(visit.language, "guest.fix") if said.errors else ""),
            "place": visit.place,
        }
        return self._show("guest/page_details.html", values, said)

    def _remembering(self, typed: BookingForm) -> dict[str, object]:
        known = self.guest is not None and self.guest.filling(typed) == typed
        return {
            "may_remember": may_be_remembered(self.visit.request, self.page),
            "remembered": self.guest if known else None,
            "forget": self.visit.pick.url(f"{self.visit.path}/forget"),
        }

    def _submitting(self) -> dict[str, object]:
        """Of a guest about whom all is known: choosing a time books it, by a POST (G7)."""
        if self.guest is None or self.form.is_begun or not is_known_to_submit(self.page, self.guest):
            return {}
        return {
            "submit": self.visit.pick.url(self.visit.path, start=None, duration=self.minutes),
            "remembered": self.guest,
            "masked": masked_address(self.guest.email),
            "form_key": secrets.token_urlsafe(16),
            "forget": self.visit.pick.url(f"{self.visit.path}/forget"),
        }

    def chosen(self, start: datetime) -> PageSlotView:
        """The time that was chosen, before booking says more of it."""
        return PageSlotView(start=start, end=start + timedelta(minutes=self.minutes))

    def closed(self, status: int = 200) -> Response:
        return self.over("closed", status)

    def over(self, why: str, status: int) -> Response:
        """There is nothing to choose; ``why`` is the words' key."""
        heading, explanation = f"page_guests.{why}_heading", f"page_guests.{why}_text"
        headers = framed_by(self.page.allowed_origins)
        visit, organization = self.visit, self.page.organization
        return nothing(
            visit.request,
            status,
            "over",
            heading,
            explanation,
            headers,
            organization=organization,
            embed=visit.pick.embed,
        )

    def _show(self, template: str, values: Mapping[str, object], said: Said) -> Response:
        here = self.visit.pick.url(self.visit.path)
        return self.visit.show(
            template,
            values,
            zone=self.zone,
            here=here,
            status=said.status,
            headers=said.headers,
            origins=self.page.allowed_origins,
        )

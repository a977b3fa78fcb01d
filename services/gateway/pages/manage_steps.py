"""The pages of an appointment that its guest manages (H10): as it stands, other times to choose from, cancelling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fastapi import Response

from services.gateway.pages import page_view, times
from services.gateway.pages.embed import booked_message
from services.gateway.pages.guest_payment import payment_words
from services.gateway.pages.guest_rights import shown_rights
from services.gateway.pages.guest_view import Reading, settled
from services.gateway.pages.page_visit import PageVisit
from services.gateway.pages.picker import Offer, picker_of
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import GuestAppointmentView
from shared.contracts.api.page_guests import PageSlotView

Headers = Mapping[str, str] | None


@dataclass(frozen=True)
class Managed:
    """One appointment for one visit, in the browser's zone, else in the one that it was booked in."""

    visit: PageVisit
    appointment: GuestAppointmentView

    @property
    def zone(self) -> str:
        own = times.zone_or(self.appointment.guest_time_zone, self.appointment.time_zone)
        return times.zone_or(self.visit.pick.time_zone, own)

    @property
    def reading(self) -> Reading:
        return self.visit.reading(self.zone)

    def standing(self, *, said: str = "", problem: str = "", status: int = 200) -> Response:
        """How things stand, whatever the link was for."""
        visit, home = self.visit, self._url("")
        words = text(visit.language, f"page_guests.said_{said}") if said else ""
        values = {
            **self._frame(),
            "already": False,
            "said": words,
            "problem": problem,
            "reload_url": home,
            "invite_url": f"{visit.path}/invite.ics",
        }
        return self._show("guest/managed.html", values, home, status)

    async def other_time(
        self,
        reason: str = "",
        problem: str = "",
        status: int = 200,
        headers: Headers = None,
        *,
        left: Sequence[PageSlotView] = (),
    ) -> Response:
        """Times to choose from, or the one that was chosen, to be confirmed; after a refusal what is ``left``."""
        if not self.appointment.can_reschedule:
            return self.standing()
        offer, start = self._offer(reason), self.visit.pick.start
        slots = list(left)
        if start is not None and not problem:
            chosen = await offer.slot_at(start) if start != self.appointment.start else None
            slots = [chosen] if chosen else []
            problem = "" if chosen else text(self.visit.language, "page_guests.not_offered")
        values = {**self._frame(), "reason": reason, "problem": problem}
        if slots:
            values |= self._to_confirm(slots)
            return self._show("guest/move_confirm.html", values, offer.url(), status, headers)
        kept = {"reason": reason} if reason else {}
        picker = await picker_of(offer, current=self.appointment.start)
        values |= {"picker": picker, "kept": kept, "durations": [], "back": self._url("")}
        return self._show("guest/move_times.html", values, offer.url(), status, headers)

    def chosen(self) -> list[PageSlotView]:
        """The time that was chosen, as long as the appointment."""
        start, length = self.visit.pick.start, self.appointment.end - self.appointment.start
        return [PageSlotView(start=start, end=start + length)] if start else []

    def cancel_form(self, reason: str = "", problem: str = "", status: int = 200, headers: Headers = None) -> Response:
        if not self.appointment.can_cancel:
            return self.standing()
        here = self._url("/cancel")
        values = {**self._frame(), "reason": reason, "problem": problem, "action": here, "back": self._url("")}
        return self._show("guest/cancel.html", values, here, status, headers)

    def _to_confirm(self, slots: Sequence[PageSlotView]) -> dict[str, object]:
        single = len(slots) == 1
        pick = replace(self.visit.pick, start=slots[0].start if single else None)
        return {
            "choices": [page_view.choice_of(slot, self.appointment.time_zone, self.reading) for slot in slots],
            "single": single,
            "chosen_label": text(self.visit.language, "page_guests.new"),
            "choices_zone": times.zone_of_all(self.zone, [slot.start for slot in slots], self.visit.language),
            "action": pick.url(f"{self.visit.path}/reschedule"),
            "back": replace(pick, start=None).url(f"{self.visit.path}/reschedule/choose"),
        }

    def _offer(self, reason: str) -> Offer:
        visit = self.visit
        path = f"{visit.path}/reschedule" + ("/choose" if reason else "")
        ask = partial(visit.parts.backends.booking.other_times, visit.caller(visit.place))
        return Offer(ask, path, visit.pick, self.zone, self.appointment.time_zone, visit.language)

    def _frame(self) -> dict[str, object]:
        page = self.appointment.page
        return {**settled(self.appointment, self.reading), "rights": shown_rights(self.appointment, self.reading)} | {
            "product": self.appointment.product_name,
            "token": self.visit.place,
            "path_of": self.visit.path,
            "again_url": self.visit.pick.onward(f"/p/{page.slug}") if page else "",
            "told": booked_message(self.appointment) if self.visit.is_new else None,
            "reschedule_url": self._url("/reschedule"),
            "cancel_url": self._url("/cancel"),
            **payment_words(self.appointment, self.reading),
        }

    def _url(self, step: str) -> str:
        return self.visit.pick.onward(self.visit.path + step)

    def _show(
        self, template: str, values: Mapping[str, object], here: str, status: int, headers: Headers = None
    ) -> Response:
        return self.visit.show(
            template,
            values,
            zone=self.zone,
            here=here,
            status=status,
            headers=headers,
            origins=self.appointment.allowed_origins,
        )

"""Another kind or meeting type of an appointment (E5): whose Zoom user it takes or gives back, where it takes place."""

from collections.abc import Callable

from services.booking.model.appointment import Appointment
from services.booking.model.modes import modes_of
from services.booking.problems import ModeMismatch
from services.booking.store.people import PeopleStore
from services.booking.usecases.choose_menu import ChooseMenu
from services.booking.usecases.drafting import check_host, organization_of
from shared.contracts.api.appointments import AppointmentPatch
from shared.contracts.booking import Kind
from shared.internal import Caller


class ChangeKind:
    """What is left out stays; a type of null is no type any more, and the kind stays."""

    def __init__(self, people: PeopleStore, choose: ChooseMenu, new_code: Callable[[], str]) -> None:
        self._people = people
        self._choose = choose
        self._new_code = new_code

    async def __call__(
        self, before: Appointment, edited: Appointment, wanted: AppointmentPatch, caller: Caller
    ) -> Appointment:
        known = before.meeting_type.meeting_type_id if before.meeting_type else None
        type_id = wanted.meeting_type_id if "meeting_type_id" in wanted.model_fields_set else known
        if type_id != known and type_id is not None:
            menu = await self._choose(caller, type_id, before.bookable_id)
            assert menu.meeting_type is not None
            if wanted.kind not in (None, menu.meeting_type.kind):
                raise ModeMismatch()
            plain = self._of_kind(edited, menu.meeting_type.kind)
            return await self._hosted(before, menu.applied_to(plain, place=wanted.place or ""))
        kind = wanted.kind or before.kind
        if kind is before.kind:
            return edited if type_id == known else edited.model_copy(update={"meeting_type": None})
        plain = self._of_kind(edited, kind).model_copy(update={"meeting_type": None})
        return await self._hosted(before, plain)

    def _of_kind(self, edited: Appointment, kind: Kind) -> Appointment:
        modes = modes_of(kind)
        keeps_code = modes.reception_code and edited.reception_code is not None
        code = edited.reception_code if keeps_code else self._new_code() if modes.reception_code else None
        changes = {
            "kind": kind,
            "wants_meeting": modes.web_meeting,
            "hosted_by_bookable": False,
            "reception_code": code,
            "place": edited.place if kind is Kind.LINK else "",
        }
        return edited.model_copy(update=changes)

    async def _hosted(self, before: Appointment, edited: Appointment) -> Appointment:
        """On the bookable's Zoom user, or the organizer's."""
        if edited.hosted_by_bookable:
            return edited
        if not edited.wants_meeting:
            return edited.model_copy(update={"zoom_user_id": None})
        if before.wants_meeting and before.organizer_id == edited.organizer_id:
            return edited
        known = await self._people.staff_of(edited.organization_id, [edited.organizer_id])
        organizer = known[edited.organizer_id]
        check_host(organizer, await organization_of(self._people, edited.organization_id))
        return edited.model_copy(update={"zoom_user_id": organizer.zoom_user_id})

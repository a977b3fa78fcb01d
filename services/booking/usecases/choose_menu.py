"""What a request chooses of the organization's menus: a meeting type, a bookable, or both (C5, C10)."""

from dataclasses import dataclass

from services.booking.model.appointment import Appointment
from services.booking.model.menus import Bookable, MeetingType
from services.booking.problems import REQUIRED, NotOffered, UnknownBookable, UnknownMeetingType, invalid
from services.booking.store.menus import MenuStore
from shared.contracts.api.menus import BookableType, Location
from shared.internal import Caller


@dataclass(frozen=True)
class Menu:
    """What was chosen."""

    meeting_type: MeetingType | None = None
    bookable: Bookable | None = None

    def applied_to(self, appointment: Appointment, *, place: str = "") -> Appointment:
        """The same with what the choice decides: kind, tool, when the link is told, the room and the Zoom user. A
        ``place`` of its own goes before the type's. Whose time is claimed beside is the party's matter.
        """
        changes: dict[str, object] = {}
        if (chosen := self.meeting_type) is not None:
            linked = chosen.location is Location.LINK
            changes |= {
                "meeting_type": chosen.as_ref(),
                "kind": chosen.kind,
                "wants_meeting": chosen.wants_meeting,
                "place": (place or chosen.place) if linked else "",
                "reveal": chosen.reveal,
            }
        changed = appointment.model_copy(update=changes)
        if self.bookable is None:
            return changed
        return changed.model_copy(update=self._of_bookable(self.bookable, changed))

    def _of_bookable(self, bookable: Bookable, appointment: Appointment) -> dict[str, object]:
        hosts = bookable.zoom_user_id is not None and appointment.wants_meeting
        return {
            "bookable_id": bookable.id,
            "bookable_name": bookable.name,
            "hosted_by_bookable": hosts,
            **({"zoom_user_id": bookable.zoom_user_id} if hosts else {}),
            **({"room_id": bookable.room_id, "room_name": bookable.room_name} if bookable.room_id else {}),
        }


class ChooseMenu:
    """Archived ones cannot be chosen."""

    def __init__(self, menus: MenuStore) -> None:
        self._menus = menus

    async def __call__(self, caller: Caller, meeting_type_id: str | None, bookable_id: str | None = None) -> Menu:
        """Raises 422 at ``/meeting_type_id`` or ``/bookable_id``."""
        bookable = None
        if bookable_id is not None:
            bookable = await self._menus.bookables.find(caller.organization_id, bookable_id)
            if bookable is None or bookable.archived:
                raise UnknownBookable()
        if meeting_type_id is None:
            if bookable is not None and bookable.type is BookableType.TIME:
                raise invalid(caller.language, ("/meeting_type_id", REQUIRED))
            return Menu(None, bookable)
        chosen = await self._menus.meeting_types.find(caller.organization_id, meeting_type_id)
        if chosen is None or chosen.archived:
            raise UnknownMeetingType()
        if bookable is not None and not bookable.offers(chosen):
            raise NotOffered()
        return Menu(chosen, bookable)

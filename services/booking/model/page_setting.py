"""What a page comes to with the people and menus that it names: who can be offered, and how they meet."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.booking.model.menus import Bookable, MeetingType
from services.booking.model.page import Page
from services.booking.model.people import Link, Organization, Staff
from shared.contracts.api.pages import HostNotice, HostTrouble
from shared.contracts.booking import Kind


@dataclass(frozen=True)
class PageSetting:
    """``staff`` are those of its hosts that are known. Types and bookables that were archived serve on.
    ``takes_payments``: whether anything can be paid here (H13).
    """

    page: Page
    organization: Organization
    staff: Mapping[str, Staff]
    meeting_type: MeetingType | None = None
    bookable: Bookable | None = None
    takes_payments: bool = False

    @property
    def is_open(self) -> bool:
        """What nobody can pay takes no bookings."""
        return self.page.is_open and self.can_be_paid

    @property
    def can_be_paid(self) -> bool:
        return self.page.price is None or self.takes_payments

    @property
    def kind(self) -> Kind:
        """The type's; without one a web meeting, where whoever may organize has a Zoom user."""
        if self.meeting_type is not None:
            return self.meeting_type.kind
        organizers = [person for person in self._organizers if not person.disabled]
        hosted = bool(organizers) and all(self.zoom_user_of(person.staff_id) for person in organizers)
        return Kind.WEB if hosted else Kind.NONE

    @property
    def wants_zoom(self) -> bool:
        return self.kind is Kind.WEB

    @property
    def takes_requests(self) -> bool:
        """Staff confirm each booking (H4)."""
        return self.page.offline or not any(
            person.has_calendar for person in self.staff.values() if not person.disabled
        )

    @property
    def offered_ids(self) -> list[str]:
        """Hosts who can be booked, in the page's order; none where somebody who must attend cannot."""
        attends = self.bookable.staff_id if self.bookable else None
        if attends and attends not in self.page.host_ids:
            return []
        possible = [one for one in self.page.host_ids if one in self.staff and not self._hindrances(self.staff[one])]
        return possible if self.page.is_round_robin or len(possible) == len(self.page.hosts) else []

    @property
    def notices(self) -> list[HostNotice]:
        """What staff should know about the hosts."""
        found = []
        for staff_id in self.page.host_ids:
            person = self.staff.get(staff_id)
            troubles = [HostTrouble.DISABLED] if person is None else [*self._hindrances(person), *_of_calendar(person)]
            found += [HostNotice(staff_id=staff_id, trouble=trouble) for trouble in troubles[:1]]
        return found

    def zoom_user_of(self, organizer_id: str) -> str | None:
        """Who hosts the meeting: the bookable's, else the organizer's own (C3)."""
        if self.bookable is not None and self.bookable.zoom_user_id is not None:
            return self.bookable.zoom_user_id
        person = self.staff.get(organizer_id)
        return person.zoom_user_id if person else None

    @property
    def _organizers(self) -> list[Staff]:
        """The first host where all attend, else any."""
        ids = self.page.host_ids if self.page.is_round_robin else self.page.host_ids[:1]
        return [self.staff[staff_id] for staff_id in ids if staff_id in self.staff]

    def _hindrances(self, person: Staff) -> list[HostTrouble]:
        """Why nobody can be booked with this person."""
        if person.disabled:
            return [HostTrouble.DISABLED]
        hosts = self.wants_zoom and person in self._organizers
        if hosts and not self.zoom_user_of(person.staff_id) and not self.organization.has_zoom_account:
            return [HostTrouble.ZOOM_NOT_CONNECTED]
        return []


def _of_calendar(person: Staff) -> list[HostTrouble]:
    match person.calendar:
        case Link.CONNECTED:
            return []
        case Link.BROKEN:
            return [HostTrouble.CALENDAR_BROKEN]
        case Link.NONE:
            return [HostTrouble.CALENDAR_NOT_CONNECTED]

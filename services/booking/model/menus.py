"""What an organization offers: meeting types (種別) and bookables (メインメニュー) (C2, C3, C5, C10)."""

from typing import Self

from pydantic import AwareDatetime, Field

from services.booking.model.proposal import Origin
from shared.contracts.api.menus import BookableType, Color, Location
from shared.contracts.booking import Kind, MeetingTypeRef
from shared.contracts.envelope import Value
from shared.contracts.reveal import Reveal

_KINDS = {
    Location.ZOOM: Kind.WEB,
    Location.VISIT: Kind.VISIT,
    Location.OUTBOUND: Kind.OUTBOUND,
    Location.PHONE: Kind.PHONE,
    Location.LINK: Kind.LINK,
    Location.NONE: Kind.NONE,
}


class MenuItem(Value):
    """``position`` orders the organization's list; it moves apart from ``version``."""

    id: str
    organization_id: str
    version: int = 1
    name: str
    position: float
    archived: bool = False
    created_at: AwareDatetime
    updated_at: AwareDatetime
    origin: Origin | None = None

    def changed(self, changes: dict[str, object], at: AwareDatetime) -> Self:
        """The next version with these changes; itself where they change nothing."""
        if all(getattr(self, name) == value for name, value in changes.items()):
            return self
        return self.model_copy(update={**changes, "version": self.version + 1, "updated_at": at})


class MeetingType(MenuItem):
    """``place`` is the fixed URL or text where the tool is another than Zoom; encrypted at rest."""

    location: Location
    place: str = ""
    duration_minutes: int
    reveal: Reveal = Reveal()
    color: Color

    @property
    def kind(self) -> Kind:
        """Of appointments registered with it."""
        return _KINDS[self.location]

    @property
    def proposal_kind(self) -> Kind:
        """Of proposals, where another tool than Zoom is a web meeting too (R12)."""
        return Kind.WEB if self.location is Location.LINK else self.kind

    @property
    def wants_meeting(self) -> bool:
        """Whether a Zoom meeting is issued."""
        return self.location is Location.ZOOM

    def as_ref(self) -> MeetingTypeRef:
        return MeetingTypeRef(meeting_type_id=self.id, name=self.name)


class Bookable(MenuItem):
    """``zoom_user_id`` hosts the Zoom meetings of its appointments, ``staff_id`` attends them."""

    type: BookableType
    capacity: int = 1
    staff_id: str | None = None
    room_id: str | None = None
    room_name: str | None = None
    zoom_user_id: str | None = None
    meeting_type_ids: list[str] = Field(default_factory=list)

    @property
    def is_alone(self) -> bool:
        """Whether somebody or something takes part whose time cannot be shared (C3)."""
        return bool(self.zoom_user_id or self.room_id or self.staff_id)

    def offers(self, meeting_type: MeetingType) -> bool:
        return not self.meeting_type_ids or meeting_type.id in self.meeting_type_ids


def usual_types(locale: str) -> list[tuple[str, Location, Color]]:
    """What a new organization begins with: name, location and color, in order."""
    english = locale.startswith("en")
    return [
        ("Web meeting (Zoom)" if english else "Web会議(Zoom)", Location.ZOOM, Color.BLUE),
        ("Visit to us" if english else "来訪", Location.VISIT, Color.GREEN),
        ("Visit to the customer" if english else "往訪", Location.OUTBOUND, Color.ORANGE),
        ("Phone" if english else "電話", Location.PHONE, Color.TEAL),
        ("Other web meeting" if english else "その他のWeb会議", Location.LINK, Color.PURPLE),
        ("Other" if english else "その他", Location.NONE, Color.GRAY),
    ]

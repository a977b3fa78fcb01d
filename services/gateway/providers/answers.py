"""What the other services answer where the gateway reads it."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ClaimKind(StrEnum):
    """What stands behind a claim on time."""

    HOLD = "hold"
    APPOINTMENT = "appointment"


class Claim(_Answer):
    """Time that booking has given away."""

    start: datetime
    end: datetime
    kind: ClaimKind


class StaffClaims(_Answer):
    """One staff member's."""

    staff_id: str
    spans: list[Claim]


class ClaimList(_Answer):
    """Booking's claims by staff member."""

    items: list[StaffClaims]


class BusyKind(StrEnum):
    """What stands in a calendar."""

    BUSY = "busy"
    TENTATIVE = "tentative"


class Freshness(StrEnum):
    """What is known of a calendar (G3)."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"
    NOT_CONNECTED = "not_connected"


class BusySpan(_Answer):
    """Time taken in the calendar itself."""

    start: datetime
    end: datetime
    kind: BusyKind


class StaffBusy(_Answer):
    """One staff member's mirror."""

    staff_id: str
    status: Freshness
    as_of: datetime | None = None
    busy: list[BusySpan] = []


class BusyList(_Answer):
    """calendar_sync's mirror by staff member; our own holds and entries are left out."""

    items: list[StaffBusy]


class ClaimAt(Claim):
    """A claim on one moment; ``title`` and the ids are empty where the reader may not see it."""

    title: str = ""
    proposal_id: str | None = None
    appointment_id: str | None = None


class ExplainedClaims(_Answer):
    """Booking's answer about one moment (X11)."""

    claims: list[ClaimAt]


class ConnectionStatus(StrEnum):
    """Of an OAuth link."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    BROKEN = "broken"


class Provider(StrEnum):
    """Who can be linked."""

    ZOOM = "zoom"
    GOOGLE = "google"
    MICROSOFT = "microsoft"


class NotReleased(_Answer):
    """A hold that stands still in the person's calendar; times are absent where nobody knows its slot any more."""

    proposal_id: str
    slot_id: str
    title: str
    start: AwareDatetime | None
    end: AwareDatetime | None


class Frozen(_Answer):
    """So many of a calendar's ``coming`` entries are ``missing`` at once that none counts as deleted (G17)."""

    at: datetime
    missing: int
    coming: int


class FrozenCalendar(_Answer):
    """Whose calendar is frozen."""

    staff_id: str
    provider: Provider
    frozen: Frozen


class FrozenCalendars(_Answer):
    """Of the organization."""

    items: list[FrozenCalendar]


class ConnectionView(_Answer):
    """A link; ``not_released`` names holds that could not be removed before it ended (R1), ``rooms`` says that rooms
    may be read through it (V3). ``frozen`` where a person has to say whether the calendar is right. ``calendars_lost``
    names chosen calendars that cannot be used any more (V8). ``by_account`` where the organization's Zoom account has a
    user for them (C1). ``requests_left`` is how many requests the Zoom user has until ``requests_reset_at`` (C4).
    """

    provider: Provider
    status: ConnectionStatus
    account: str | None = None
    rooms: bool = False
    not_released: list[NotReleased] = []
    frozen: Frozen | None = None
    calendars_lost: list[str] = []
    by_account: bool = False
    requests_left: int | None = None
    requests_reset_at: AwareDatetime | None = None


class ConnectionList(_Answer):
    """The caller's own."""

    items: list[ConnectionView]
    next_cursor: str | None = None


class AuthorizeUrl(_Answer):
    """Where the browser goes to give consent."""

    authorize_url: str


class Connected(_Answer):
    """A consent that was carried through."""

    staff_id: str
    provider: Provider
    status: ConnectionStatus
    account: str | None = None


class PreviewMaterial(_Answer):
    """What booking hands to notifier for a preview (R17)."""

    event: str
    subject: str
    data: JsonValue


class PreviewView(_Answer):
    """A mail as it will be sent."""

    subject: str
    text: str
    html: str | None = None


class HookAnswer(_Answer):
    """What a provider's notification is answered with."""

    status: int
    text: str = ""


class DirectoryStatus(StrEnum):
    """What is known of buildings and rooms (V3)."""

    READY = "ready"
    NOT_CONNECTED = "not_connected"
    UNREADABLE = "unreadable"


class Building(_Answer):
    """A building or room list."""

    id: str
    name: str
    provider: Provider


class Room(_Answer):
    """A room; its address stays with calendar_sync."""

    id: str
    name: str
    building_ids: list[str]
    capacity: int | None = None
    provider: Provider


class RoomDirectory(_Answer):
    """All that can be chosen."""

    status: DirectoryStatus
    buildings: list[Building]
    rooms: list[Room]


class RoomBusy(_Answer):
    """None where the provider could not tell in time."""

    id: str
    busy: bool | None


class RoomBusyList(_Answer):
    """What the providers say of rooms in a span."""

    items: list[RoomBusy]


class ClaimedRooms(_Answer):
    """Rooms that somebody owns in a span."""

    room_ids: list[str]


class EntryAt(BusySpan):
    """``calendar`` is where it stands."""

    calendar: Provider


class CalendarAt(_Answer):
    """A linked calendar; ``reaches`` tells whether what was read covers the moment."""

    provider: Provider
    is_broken: bool
    read_at: datetime | None = None
    reaches: bool


class ExplainedCalendars(_Answer):
    """calendar_sync's answer about one moment (X11)."""

    status: Freshness
    calendars: list[CalendarAt]
    entries: list[EntryAt]

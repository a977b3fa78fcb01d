"""Events of calendar_sync: connections, holds, entries and busy time. No payload names what an entry is about,
apart from another title that somebody gave to one of ours.
"""

from enum import StrEnum

from shared.contracts.drift import DriftKind
from shared.contracts.envelope import EventData, Instant, OpenEnum, Value
from shared.contracts.erasure import DataErased
from shared.contracts.people import Account
from shared.contracts.provider_calls import WithCalls
from shared.contracts.zoom_issuer import EndOfConnection


class Provider(StrEnum):
    """Calendar providers."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"


class CalendarConnected(EventData, routing_key="calendar_sync.calendar_connected.v1"):
    """A staff member's calendar is linked. Subject: the staff id."""

    staff_id: str
    provider: Provider
    account: Account


class CalendarDisconnected(EventData, routing_key="calendar_sync.calendar_disconnected.v1"):
    """The link ended or broke. Subject: the staff id."""

    staff_id: str
    provider: Provider
    reason: EndOfConnection


class Hold(Value):
    """One candidate slot in one attendee's calendar."""

    staff_id: str
    slot_id: str


class HoldsPlaced(WithCalls, routing_key="calendar_sync.holds_placed.v1"):
    """Holds of a proposal were written. Subject: the proposal's id; ``revision`` is the version they follow."""

    proposal_id: str
    revision: int
    holds: list[Hold]


class HoldsReleased(WithCalls, routing_key="calendar_sync.holds_released.v1"):
    """Holds of a proposal are gone from the calendars: one, or several of a person that went together. Subject: the
    proposal's id.
    """

    proposal_id: str
    revision: int
    holds: list[Hold]


class CalendarEntryWritten(WithCalls, routing_key="calendar_sync.calendar_entry_written.v1"):
    """The entry in ``staff_id``'s calendar follows this revision. ``covers`` names all staff who see it as
    participants or owner.

    ``with_meeting`` tells whether it already carries what is needed to join. ``with_guest``: whether the guest is a
    participant of it, where they are to be one (H9); its ``ical_uid`` is their invitation's then (G14). Subject: the
    appointment's id.
    """

    appointment_id: str
    revision: int
    staff_id: str
    provider: Provider
    covers: list[str]
    with_meeting: bool
    ical_uid: str = ""
    with_guest: bool | None = None


class CalendarEntryRemoved(WithCalls, routing_key="calendar_sync.calendar_entry_removed.v1"):
    """The entry in ``staff_id``'s calendar is gone. Subject: the appointment's id."""

    appointment_id: str
    revision: int
    staff_id: str


class CalendarWriteFailed(WithCalls, routing_key="calendar_sync.calendar_write_failed.v1"):
    """A hold (``slot_id`` set) or an entry could not be written or removed; final unless ``retry_at`` is set.

    Subject: the proposal's or the appointment's id.
    """

    proposal_id: str | None
    appointment_id: str | None
    revision: int
    staff_id: str
    slot_id: str | None
    reason: str
    retry_at: Instant | None


class CalendarDriftDetected(EventData, routing_key="calendar_sync.calendar_drift_detected.v1"):
    """Somebody changed or deleted the entry in ``staff_id``'s own calendar directly at the provider (V6), which had
    been written as of ``revision``. A deletion is told only after it was proved twice (G17).

    ``drift_id`` names this finding for ``DriftDecided``. Times and title are those found, absent for a deleted entry;
    the title is absent too where it is as it was written. ``original_start_at`` names the one occurrence of a recurring
    appointment that was moved or deleted (E6); all that were found at once bear one ``drift_id`` and are put back
    together. ``sealed`` are ``EntrySecrets`` where the user's text in the description is another (E4). Subject: the
    appointment's id.
    """

    appointment_id: str
    revision: int
    drift_id: str
    staff_id: str
    provider: Provider
    kind: DriftKind
    start_at: Instant | None
    end_at: Instant | None
    title: str | None
    original_start_at: Instant | None = None
    sealed: str | None = None


class CalendarSyncFrozen(EventData, routing_key="calendar_sync.calendar_sync_frozen.v1"):
    """So many of a connection's ``coming`` entries and holds are ``missing`` at once that none counts as deleted until
    a person decides (G17); its busy time is read on. Subject: the staff id.
    """

    staff_id: str
    provider: Provider
    missing: int
    coming: int


class BusyMonth(Value):
    """Busy time of one UTC month: one bit per 5-minute cell, least significant bit first, zlib-compressed, base64."""

    month: str
    bits: str


class BusyTimesChanged(EventData, routing_key="calendar_sync.busy_times_changed.v1", webhooks=False):
    """The mirror of one calendar was read completely at ``read_at``; carries all months of the window, so that one
    event tells everything and none that came late leaves a gap (G3). Own holds and entries are left out (G4).

    ``aggregateversion`` grows with every event of one staff member. Subject: the staff id.
    """

    staff_id: str
    read_at: Instant
    window_start_at: Instant
    window_end_at: Instant
    months: list[BusyMonth]


class Building(Value):
    """A building at Google, a room list at Microsoft."""

    building_id: str
    name: str


class Room(Value):
    """A meeting room; its address stays in calendar_sync. ``capacity`` is None where the provider does not say."""

    room_id: str
    name: str
    building_ids: list[str]
    capacity: int | None


class RoomsChanged(EventData, routing_key="calendar_sync.rooms_changed.v1", webhooks=False):
    """All buildings and rooms of an organization at one provider, as an administrator's connection reads them (V3);
    none once there is no such connection. Subject: ``ORGANIZATION.PROVIDER``.
    """

    provider: Provider
    buildings: list[Building]
    rooms: list[Room]


class RoomResponse(OpenEnum):
    """What a room says to an invitation."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class RoomResponded(EventData, routing_key="calendar_sync.room_responded.v1"):
    """The room that is booked with the organizer's entry answered, as of the revision that was written.

    Subject: the appointment's id.
    """

    appointment_id: str
    revision: int
    room_id: str
    response: RoomResponse


class GuestResponse(OpenEnum):
    """What a guest says to the entry in which they take part (H9)."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class GuestResponded(EventData, routing_key="calendar_sync.guest_responded.v1"):
    """The guest answered in their own calendar, as of the revision that was written; ``needs_action`` where an answer
    counts no more. Subject: the appointment's id.
    """

    appointment_id: str
    revision: int
    response: GuestResponse


class CalendarDataErased(DataErased, routing_key="calendar_sync.calendar_data_erased.v1", webhooks=False):
    """What was known of proposals and appointments for their entries is gone (X5); the entries are staff's own."""

"""What booking knows of organizations and staff, from events of the gateway and of the services that hold their
connections.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from services.booking.model.drift import DriftPolicy
from services.booking.model.free_time import CalendarState
from services.booking.model.spans import Span
from shared.contracts.booking import Attendee
from shared.contracts.envelope import Value
from shared.contracts.gateway import OrganizationChanged
from shared.contracts.people import Person


class Link(StrEnum):
    """State of a connection; ``none`` was never there or was ended by a person."""

    NONE = "none"
    CONNECTED = "connected"
    BROKEN = "broken"


class MailLinks(StrEnum):
    """What guests are told of a web meeting (X9): its own URL, ID and passcode, our join link, or both."""

    RAW = "raw"
    OWN = "own"
    BOTH = "both"


class Organization(Value):
    """The tenant's settings that booking needs."""

    organization_id: str
    name: str
    product_name: str
    time_zone: str
    locale: str
    minimum_slots: int = 1
    drift_policy: DriftPolicy = DriftPolicy.ASK
    has_zoom_account: bool = False
    """Whether one account serves all staff (C1), so that a login address may be enough for a meeting (E1)."""
    mail_links: MailLinks = MailLinks.RAW
    sandbox: bool = False
    """Guests are staff (H14)."""
    retention_days: int = 0
    """How long guests are kept after the end (X5); 0: as long as nobody asks."""

    @classmethod
    def heard(cls, organization_id: str, said: OrganizationChanged) -> "Organization":
        return cls(
            organization_id=organization_id,
            name=said.name,
            product_name=said.product_name,
            time_zone=said.time_zone,
            locale=said.locale,
            minimum_slots=said.minimum_slots,
            drift_policy=DriftPolicy(said.drift_policy),
            mail_links=MailLinks(said.mail_links),
            sandbox=said.sandbox,
            retention_days=said.retention_days,
        )


class Staff(Value):
    """A staff member; ``busy_read_at`` is when the copy of their busy time was last read completely,
    ``calendar_provider`` where their entries go: the newest link.
    """

    staff_id: str
    organization_id: str
    person: Person
    disabled: bool
    zoom_user_id: str | None
    calendar: Link
    calendar_provider: str | None = None
    busy_read_at: AwareDatetime | None = None
    window_start_at: AwareDatetime | None = None
    window_end_at: AwareDatetime | None = None

    def as_attendee(self) -> Attendee:
        return Attendee(staff_id=self.staff_id, person=self.person)

    @property
    def has_calendar(self) -> bool:
        """Linked once, even if it cannot be read at present (G3)."""
        return self.calendar is not Link.NONE

    @property
    def window(self) -> Span | None:
        """How far the copy reaches."""
        if self.window_start_at is None or self.window_end_at is None:
            return None
        return Span(self.window_start_at, self.window_end_at)

    def state(self, now: datetime, stale_after: timedelta) -> CalendarState:
        """Of the copy (G3)."""
        if not self.has_calendar:
            return CalendarState.NONE
        fresh = self.busy_read_at is not None and now - self.busy_read_at <= stale_after
        return CalendarState.KNOWN if fresh and self.calendar is Link.CONNECTED else CalendarState.UNKNOWN

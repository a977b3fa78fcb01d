"""Bodies of the internal API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.calendar_sync.model.busy import BusyKind
from services.calendar_sync.model.connection import Connection, ConnectionStatus, Frozen
from services.calendar_sync.model.ledger import Verdict
from services.calendar_sync.usecases.disconnect import NotReleased
from services.calendar_sync.usecases.explain_busy import Explained
from services.calendar_sync.usecases.look import Looked, LookStatus
from services.calendar_sync.usecases.show_busy import Freshness, Shown
from shared.contracts.calendar_sync import Provider

Id = Annotated[str, Field(min_length=1, max_length=100)]


class Body(BaseModel):
    """Base: what is sent and answered does not change."""

    model_config = ConfigDict(frozen=True)


class Begin(Body):
    """``email`` is the staff member's address; the account's must be the same (V2). ``rooms`` asks for the extra scope
    that buildings and rooms are read with (V3).
    """

    email: Annotated[str, Field(min_length=3, max_length=255)]
    redirect_uri: Annotated[str, Field(min_length=8, max_length=2_000)]
    rooms: bool = False


class Begun(Body):
    """The provider's page to go to."""

    authorize_url: str


class Callback(Body):
    """What came back to ``/oauth/{provider}/callback``."""

    state: str | None = None
    code: str | None = None
    error: str | None = None
    error_description: str | None = None
    staff_id: Id


class Connected(Body):
    """The link that was made."""

    staff_id: str
    provider: Provider
    status: ConnectionStatus
    account: str


class FrozenOut(Body):
    """Since when deletions count for nothing, and how much is missing of what is to come (G17)."""

    at: datetime
    missing: int
    coming: int

    @classmethod
    def of(cls, frozen: Frozen | None) -> "FrozenOut | None":
        return cls(at=frozen.at, missing=frozen.missing, coming=frozen.coming) if frozen else None


class FrozenConnection(Body):
    """A frozen calendar of the organization."""

    staff_id: str
    provider: Provider
    frozen: FrozenOut | None


class FrozenConnections(Body):
    """For administrators."""

    items: list[FrozenConnection]


class Resume(Body):
    """``accept`` what the calendar says, or ``restore`` all that is missing; administrators may name whose it is."""

    decision: Verdict
    staff_id: Id | None = None


class ConnectionOut(Body):
    """Disconnecting shows as what it leads to. ``rooms`` where buildings and rooms may be read through it."""

    provider: Provider
    status: ConnectionStatus
    account: str | None
    rooms: bool = False


class ShownConnection(ConnectionOut):
    """As it stands."""

    frozen: FrozenOut | None = None
    calendars_lost: list[str] = []
    """Names of chosen calendars that cannot be used any more, until their person chooses anew (V8)."""

    @classmethod
    def of(cls, provider: Provider, connection: Connection | None) -> "ShownConnection":
        if connection is None or not connection.linked:
            return cls(provider=provider, status=ConnectionStatus.DISCONNECTED, account=None)
        return cls(
            provider=provider,
            status=connection.status,
            account=connection.account,
            rooms=connection.rooms,
            frozen=FrozenOut.of(connection.frozen),
            calendars_lost=[one.name for one in connection.calendars.lost],
        )


class ConnectionsOut(Body):
    """One item for each provider."""

    items: list[ShownConnection]


class NotReleasedOut(Body):
    """A hold that the person has to remove by hand."""

    proposal_id: str
    slot_id: str
    title: str
    start: datetime | None
    end: datetime | None


class Disconnected(ConnectionOut):
    """The link that ended, and the holds that stand still."""

    not_released: list[NotReleasedOut]

    @classmethod
    def after(cls, provider: Provider, left: Sequence[NotReleased]) -> "Disconnected":
        named = [
            NotReleasedOut(
                proposal_id=one.proposal_id, slot_id=one.slot_id, title=one.title, start=one.start_at, end=one.end_at
            )
            for one in left
        ]
        return cls(provider=provider, status=ConnectionStatus.DISCONNECTED, account=None, not_released=named)


class BusySpan(Body):
    """A span that takes time; never what it is."""

    start: datetime
    end: datetime
    kind: BusyKind


class StaffBusy(Body):
    """What the mirror knows of one person."""

    staff_id: str
    status: Freshness
    as_of: datetime | None
    busy: list[BusySpan]

    @classmethod
    def of(cls, shown: Shown) -> "StaffBusy":
        spans = [BusySpan(start=one.start_at, end=one.end_at, kind=one.kind) for one in shown.busy]
        return cls(staff_id=shown.staff_id, status=shown.status, as_of=shown.as_of, busy=spans)


class BusyOut(Body):
    """One item for each person asked for."""

    items: list[StaffBusy]


class EntryAt(BusySpan):
    """``calendar`` is where it stands."""

    calendar: Provider


class CalendarAt(Body):
    """A linked calendar; ``reaches`` tells whether what was read covers the moment."""

    provider: Provider
    is_broken: bool
    read_at: datetime | None
    reaches: bool


class ExplainedOut(Body):
    """What takes a moment in one person's calendars, and how far they can be trusted."""

    status: Freshness
    calendars: list[CalendarAt]
    entries: list[EntryAt]

    @classmethod
    def of(cls, explained: Explained) -> "ExplainedOut":
        calendars = [
            CalendarAt(provider=one.provider, is_broken=one.is_broken, read_at=one.read_at, reaches=one.reaches)
            for one in explained.calendars
        ]
        entries = [
            EntryAt(start=entry.start_at, end=entry.end_at, kind=entry.kind, calendar=provider)
            for provider, entry in explained.entries
        ]
        return cls(status=explained.status, calendars=calendars, entries=entries)


class Look(Body):
    """Where to look; a mirror younger than ``max_age_s`` answers."""

    staff_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]
    start: AwareDatetime
    end: AwareDatetime
    max_age_s: Annotated[float, Field(ge=0, le=900)] = 30
    budget_s: Annotated[float, Field(gt=0, le=30)] = 2.0


class LookedSpan(Body):
    """``entry`` names it in every look, opaquely."""

    entry: str
    start: datetime
    end: datetime


class StaffLooked(Body):
    """What a look found for one person."""

    staff_id: str
    status: LookStatus
    read_at: datetime | None
    busy: list[LookedSpan]

    @classmethod
    def of(cls, looked: Looked) -> "StaffLooked":
        busy = [LookedSpan(entry=key, start=one.start_at, end=one.end_at) for key, one in looked.busy]
        return cls(staff_id=looked.staff_id, status=looked.status, read_at=looked.read_at, busy=busy)


class LookOut(Body):
    """One item for each person asked for."""

    items: list[StaffLooked]


class Notification(Body):
    """A provider's notification as the gateway received it."""

    headers: dict[str, str] = {}
    body: str = ""
    query: dict[str, str] = {}

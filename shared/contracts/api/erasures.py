"""Personal data in the public API (X5): what is erased, what has been, and a guest's data in one document."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from shared.contracts.api.appointments import AppointmentView
from shared.contracts.api.contacts import ContactView
from shared.contracts.api.fields import Email, Request, View
from shared.contracts.api.proposals import ProposalView
from shared.contracts.erasure import ErasureReason


class ErasureStatus(StrEnum):
    """``done`` once every service has answered."""

    PENDING = "pending"
    DONE = "done"


class ErasureRequest(Request):
    """Of a guest by their address, whether they ever booked or were only written to."""

    email: Annotated[Email, Field(min_length=3)]


class ServiceErasure(View):
    """``erased_at`` is null as long as the service has not answered. ``left_outside`` counts what stands at a provider
    still (entries in staff's calendars, meetings in Zoom's records) and is removed by nobody.
    """

    service: str
    erased_at: datetime | None
    left_outside: int


class ErasureView(View):
    """An erasure. Whom it is about is said nowhere; ``appointments`` and ``proposals`` count what was erased."""

    id: str
    reason: ErasureReason
    status: ErasureStatus
    asked_at: datetime
    asked_by: str | None
    done_at: datetime | None
    appointments: int
    proposals: int
    services: list[ServiceErasure]


class ErasureList(View):
    """The newest first."""

    items: list[ErasureView]
    next_cursor: str | None


class HeldRecord(View):
    """Something that a service holds. ``facts`` are named as in its events."""

    kind: str
    about: str
    facts: dict[str, JsonValue]


class HeldRecords(View):
    """All that a service holds of what it was asked about."""

    records: list[HeldRecord]


class HeldQuestion(Request):
    """Ids of appointments and proposals."""

    ids: list[str] = Field(max_length=20_000)


class GuestData(View):
    """What booking holds of a guest. ``former_ids`` are appointments whose guest is another by now."""

    contact: ContactView | None
    appointments: list[AppointmentView]
    proposals: list[ProposalView]
    former_ids: list[str]


class GuestExport(GuestData):
    """Everything that is held of a guest, by service: ``mails``, ``calendars`` and ``meetings`` beside what booking
    holds.
    """

    exported_at: datetime
    mails: list[HeldRecord]
    calendars: list[HeldRecord]
    meetings: list[HeldRecord]

"""Claims on time: who owns which span of which resource, and which guard documents decide about it (G1, G2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.booking.model.spans import Span


class ClaimKind(StrEnum):
    """``held`` can become confirmed; of overlapping held claims the first confirmed wins."""

    HELD = "held"
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Claim:
    """``owner`` is a proposal (with the slot's id) or an appointment. ``reach`` is the span with the buffers that its
    page wants around it: no other claim may lie within it when this one is taken. It is not owned: what comes later
    may lie there.
    """

    resource: str
    kind: ClaimKind
    owner: str
    slot_id: str
    span: Span
    reach: Span | None = None

    @property
    def needs(self) -> Span:
        """What must be free of others' claims."""
        return self.reach or self.span

    def overlaps(self, other: "Claim") -> bool:
        return self.resource == other.resource and self.span.overlaps(other.span)


def staff_resource(staff_id: str) -> str:
    return f"staff:{staff_id}"


def room_resource(room_id: str) -> str:
    return f"room:{room_id}"


def zoom_resource(zoom_user_id: str) -> str:
    return f"zoom:{zoom_user_id}"


def seat_resource(bookable_id: str, seat: int) -> str:
    """A bookable has as many seats as appointments may be at one time (C3)."""
    return f"bookable:{bookable_id}:{seat}"


def is_room(resource: str) -> bool:
    return resource.startswith("room:")


def resources(
    staff_ids: Iterable[str], room_id: str | None, zoom_user_id: str | None, seat: str | None = None
) -> list[str]:
    """Everything that must be free for one meeting; ``seat`` is a resource already."""
    found = [staff_resource(staff_id) for staff_id in staff_ids]
    if room_id:
        found.append(room_resource(room_id))
    if zoom_user_id:
        found.append(zoom_resource(zoom_user_id))
    if seat:
        found.append(seat)
    return found


def guard_ids(organization_id: str, resource: str, span: Span) -> list[str]:
    """One guard document per resource and UTC day."""
    return [f"{organization_id}/{resource}/{day.isoformat()}" for day in span.days()]

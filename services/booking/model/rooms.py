"""A meeting room as booking knows it: its name, and from whose calendar it can be booked (V3)."""

from shared.contracts.envelope import Value


class Room(Value):
    """``provider`` is where it is booked: with an entry in a calendar there."""

    room_id: str
    name: str
    provider: str

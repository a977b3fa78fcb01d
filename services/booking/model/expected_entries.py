"""The calendar entries that an appointment's state wants, one for each who has a calendar."""

from collections.abc import Sequence

from services.booking.model.effects import Expected, entry_key
from shared.contracts.api.effects import Effect


def entries(wanted: Sequence[str], organizer_id: str, since: int, known: Sequence[Expected]) -> list[Expected]:
    """``wanted`` are staff members; entries among ``known`` of those who left are to go."""
    before = [item for item in known if item.effect is Effect.ENTRY]
    left = [item if item.absent else _entry(item.of, organizer_id, since, absent=True) for item in before]
    return [
        *(_entry(staff_id, organizer_id, since) for staff_id in wanted),
        *(item for item in left if item.of not in wanted),
    ]


def _entry(staff_id: str, organizer_id: str, since: int, *, absent: bool = False) -> Expected:
    keys = [entry_key(staff_id)]
    return Expected(effect=Effect.ENTRY, of=staff_id, keys=keys, since=since, absent=absent, shared=organizer_id)

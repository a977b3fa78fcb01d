"""What a room says to an entry in several parts (V3, E6)."""

import pytest

from services.calendar_sync.usecases.hear_rooms import answer_for_all
from shared.contracts.calendar_sync import RoomResponse

YES, NO, MAYBE = RoomResponse.ACCEPTED, RoomResponse.DECLINED, RoomResponse.TENTATIVE


@pytest.mark.parametrize(
    ("said", "together"),
    [([YES], YES), ([None], None), ([YES, YES], YES), ([YES, None], None), ([None, NO], NO), ([YES, MAYBE], MAYBE)],
)
def test_a_room_is_booked_where_it_takes_every_part(
    said: list[RoomResponse | None], together: RoomResponse | None
) -> None:
    assert answer_for_all(said) is together

"""Times of a scheduling page in words (X12)."""

from services.gateway.pages.page_view import choice_of
from shared.contracts.api.page_guests import PageSlotView
from tests.unit.gateway.pages.builders import START, a_reading


def test_x12_the_pages_own_time_stands_beside_where_it_differs() -> None:
    slot = PageSlotView(start=START, end=START.replace(minute=30))
    there = choice_of(slot, "Asia/Tokyo", a_reading("America/New_York", "en"))
    assert (there.day, there.hours) == ("Mon, 30 Nov 2026", "23:00 – 23:30")
    assert "".join(there.office).replace("\n", "").endswith("in Japan")
    assert choice_of(slot, "Asia/Tokyo", a_reading()).office == ()

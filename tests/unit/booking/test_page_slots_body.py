"""The free times of a page as JSON: what the model would say, in any zone and across changes of clocks (G6)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.cells import cell_of
from services.booking.model.page_times import FreeTimes, no_times
from services.booking.views.page_guests import slots_body, slots_view
from shared.contracts.api.page_guests import PageSlots

FIRST, LAST = (cell_of(datetime(year, 1, 1, tzinfo=UTC)) for year in (2024, 2037))


@given(
    st.integers(FIRST, LAST),
    st.sampled_from(sorted(available_timezones())),
    st.integers(5, 1440),
    st.sampled_from([1, 6, 48]),
)
def test_g06_the_body_is_what_the_model_says(begin: int, zone: str, minutes: int, apart: int) -> None:
    times = FreeTimes(np.arange(begin, begin + 400 * apart, apart), timedelta(minutes=minutes), [("stf_1",)] * 400)
    said = PageSlots.model_validate_json(slots_body(times, zone))
    wanted = PageSlots(slots=slots_view(times, zone), time_zone=zone)
    assert said.model_dump_json() == wanted.model_dump_json()
    assert slots_body(times, zone).decode() == wanted.model_dump_json()


def test_no_times() -> None:
    assert slots_body(no_times(timedelta(minutes=30)), "UTC") == b'{"slots":[],"time_zone":"UTC"}'

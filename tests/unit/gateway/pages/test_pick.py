"""What a link to a scheduling page says survives every step, and nonsense is left out (H5, H6)."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.pages.free_days import Month
from services.gateway.pages.pick import UTM_NAMES, Pick

FULL = {
    "duration": "60",
    "month": "2026-12",
    "day": "2026-12-01",
    "start": "2026-12-01T04:00:00Z",
    "time_zone": "America/New_York",
    "lang": "en",
    **{name: f"of {name} & more" for name in UTM_NAMES},
}


def test_h6_a_link_carries_everything_on() -> None:
    pick = Pick.of(FULL)
    assert dict(parse_qsl(urlsplit(pick.url("/p/intro")).query)) == FULL
    assert (pick.month, pick.day, pick.start) == (
        Month(2026, 12),
        date(2026, 12, 1),
        datetime(2026, 12, 1, 4, tzinfo=UTC),
    )


def test_a_start_in_any_offset_is_the_same_instant_also_with_an_unquoted_plus() -> None:
    for said in ("2026-12-01T13:00:00+09:00", "2026-12-01T13:00:00 09:00", "2026-12-01T04:00:00Z"):
        assert Pick.of({"start": said}).start == datetime(2026, 12, 1, 4, tzinfo=UTC)


def test_a_day_says_its_month_too() -> None:
    assert Pick.of({"day": "2026-12-24"}).month == Month(2026, 12)


@pytest.mark.parametrize("name", ["duration", "month", "day", "start", "time_zone"])
@given(said=st.text(max_size=40))
def test_nonsense_is_left_out(name: str, said: str) -> None:
    kept = Pick.of({name: said}).query()
    assert Pick.of(kept).query() == kept


def test_h6_what_booking_would_refuse_is_not_worth_a_guest() -> None:
    pick = Pick.of({"utm_source": "x" * 300, "utm_medium": "a\nb", "utm_campaign": "winter"})
    assert pick.utm == (("utm_campaign", "winter"),)


def test_another_page_is_only_told_how_it_is_read() -> None:
    assert Pick.of(FULL).onward("/a/token") == "/a/token?time_zone=America%2FNew_York&lang=en"

"""How instants read: R8 and the zones that a picker offers."""

from datetime import timedelta

import pytest

from services.gateway.pages import times
from shared.problem import Language
from tests.unit.gateway.pages.builders import START


@pytest.mark.parametrize(
    ("language", "line"),
    [("ja", "2026年12月1日(火) 13:00 ～ 14:00"), ("en", "Tue, 1 Dec 2026 13:00 – 14:00")],
)
def test_a_slot_reads_as_copied_text_does(language: Language, line: str) -> None:
    assert times.span(START, START + timedelta(hours=1), "Asia/Tokyo", language) == line


def test_an_end_on_another_day_is_named_in_full() -> None:
    line = times.span(START, START + timedelta(hours=12), "Asia/Tokyo", "en")
    assert line == "Tue, 1 Dec 2026 13:00 – Wed, 2 Dec 2026 01:00"


def test_g06_an_offset_stands_beside_several_times_only_where_it_is_that_of_all() -> None:
    march = [START + timedelta(days=days) for days in (90, 110)]
    assert times.zone_of_all("America/New_York", march[:1], "en") == "Eastern Time (GMT-5)"
    assert times.zone_of_all("America/New_York", march[1:], "en") == "Eastern Time (GMT-4)"
    assert times.zone_of_all("America/New_York", march, "en") == "Eastern Time"


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("Asia/Tokyo", "GMT+9"), ("Asia/Kolkata", "GMT+5:30"), ("America/New_York", "GMT-5"), ("Europe/London", "GMT")],
)
def test_an_offset_is_the_one_of_that_day(zone: str, offset: str) -> None:
    assert times.offset(zone, START) == offset


def test_an_unknown_zone_falls_back() -> None:
    assert times.zone_or("Mars/Olympus", "Asia/Tokyo") == "Asia/Tokyo"


def test_the_picker_offers_zones_from_west_to_east_and_the_readers_own() -> None:
    zones = [name for name, _ in times.zone_choices(START, "ja", "Asia/Kathmandu")]
    assert zones[0] == "Pacific/Honolulu"
    assert "Asia/Kathmandu" in zones


def test_every_known_zone_has_a_name_in_both_languages() -> None:
    assert all(times.zone_label(zone, START, language) for zone in times.known_zones() for language in ("ja", "en"))

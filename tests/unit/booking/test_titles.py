"""Titles, masked addresses and copied slots."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.copied_slots import slots_text
from services.booking.model.spans import Span
from services.booking.model.titles import title_for_guest, title_of
from shared.contracts.people import Guest, masked_address

FIELDS = st.text(max_size=255)


@pytest.mark.parametrize(
    ("guest", "title"),
    [
        (Guest(company="ABC株式会社", name="田中花子", email="h@example.jp"), "ABC株式会社:田中花子 様"),
        (Guest(name="田中花子", email="h@example.jp"), "田中花子 様"),
        (Guest(company="ABC株式会社", email="h@example.jp"), "ABC株式会社 様"),
        (Guest(email="h@example.jp"), "h@example.jp 様"),
    ],
)
def test_r12_an_empty_title_is_made_of_the_guest(guest: Guest, title: str) -> None:
    assert title_of("", guest) == title


@given(FIELDS, FIELDS, FIELDS)
def test_r13_a_title_never_exceeds_251_characters(title: str, company: str, name: str) -> None:
    made = title_of("", Guest(company=company, name=name, email="h@example.jp"))
    assert len(made) <= 251
    assert made.endswith(" 様")
    assert len(title_of(title, Guest(name=name))) <= 251


def test_r22_the_known_address_is_masked() -> None:
    assert masked_address("hanako@example.jp") == "h…@example.jp"
    assert masked_address("") == ""


def test_g23_a_title_made_of_the_address_shows_the_guest_no_more_of_it() -> None:
    guest = Guest(email="hanako@example.jp")
    assert title_for_guest("", guest) == "h…@example.jp 様"
    assert title_of("", guest) == "hanako@example.jp 様"


def test_r08_slots_are_one_per_line_in_the_language_and_zone() -> None:
    start = datetime(2026, 12, 1, 4, tzinfo=UTC)
    late = start + timedelta(hours=10, minutes=30)
    wanted = [Span(late, late + timedelta(hours=1)), Span(start, start + timedelta(hours=1))]
    tokyo = ZoneInfo("Asia/Tokyo")
    assert slots_text(wanted, zone=tokyo, locale="ja") == (
        "2026年12月1日(火) 13:00 ～ 14:00\n2026年12月1日(火) 23:30 ～ 2026年12月2日(水) 00:30\n"
    )
    assert slots_text(wanted[1:], zone=tokyo, locale="en") == "Tue, 1 Dec 2026 13:00 – 14:00\n"

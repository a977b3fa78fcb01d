"""Cursors of lists."""

from datetime import UTC, datetime

import pytest

from shared.cursors import CursorInvalid, cursor_of, parts_of, place_of

AT = datetime(2026, 12, 1, 4, tzinfo=UTC)


def test_a_cursor_leads_back_to_what_it_was_made_of() -> None:
    assert parts_of(cursor_of("pag_1"), 1) == ["pag_1"]
    assert place_of(cursor_of(AT.isoformat(), "apt_1")) == (AT, "apt_1")


@pytest.mark.parametrize("given", ["", "x", "日本", cursor_of("only one"), cursor_of("not a time", "apt_1")])
def test_what_is_none_of_ours_is_refused(given: str) -> None:
    with pytest.raises(CursorInvalid):
        place_of(given)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        place_of(cursor_of(AT.replace(tzinfo=None).isoformat(), "apt_1"))

"""Cuts at whole characters (R14, E3)."""

from hypothesis import given
from hypothesis import strategies as st

from shared.whole_characters import cut, utf16_units

FAMILY = "👨\u200d👩\u200d👧"
WHOLE = ["a", "漢", "か\u3099", "𩸽", FAMILY, "👍🏽", "🇯🇵", "葛\U000e0100", "❤\ufe0f", "\u1112\u1161\u11ab"]


@given(st.text(max_size=60), st.integers(5, 80))
def test_a_cut_text_is_never_longer_than_the_limit(text: str, limit: int) -> None:
    assert utf16_units(cut(text, limit, "…", length=utf16_units)) <= limit


@given(st.lists(st.sampled_from(WHOLE), max_size=40), st.integers(0, 60))
def test_a_cut_ends_between_whole_characters_and_wastes_none(characters: list[str], limit: int) -> None:
    text = "".join(characters)
    kept = cut(text, limit)
    beginnings = ["".join(characters[:count]) for count in range(len(characters) + 1)]
    assert kept == max((one for one in beginnings if len(one) <= limit), key=len)


def test_the_tail_counts() -> None:
    assert cut("ab" + FAMILY + "c" * 20, 7, "…", length=utf16_units) == "ab…"
    assert cut("か\u3099" * 10, 4, "…", length=utf16_units) == "か\u3099…"
    assert cut("𩸽" * 10, 4, "…", length=utf16_units) == "𩸽…"

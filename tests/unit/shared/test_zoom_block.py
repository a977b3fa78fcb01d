"""The block under an appointment's details (E4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.zoom_block import ELSEWHERE, HEADING, above_block, details, zoom_block

BLOCK = """【Zoom連携情報】 ---※ここ以下を編集しないでください---
https://zoom.example/j/72962683804?pwd=abc
ミーティングID: 72962683804
パスワード: 234792"""


def test_e4_the_block_is_word_for_word() -> None:
    assert zoom_block("https://zoom.example/j/72962683804?pwd=abc", "72962683804", "234792") == BLOCK
    assert zoom_block("https://zoom.example/x", "", "") == f"{HEADING}\nhttps://zoom.example/x"


@given(st.text(alphabet=st.characters(exclude_characters="【\r"), max_size=80).map(str.rstrip))
def test_what_stands_above_the_block_is_the_users(note: str) -> None:
    assert above_block(details(note, BLOCK)) == note


def test_an_edited_block_is_left_out_all_the_same() -> None:
    assert above_block("持ち物: 資料\n\n【Zoom連携情報】 ここは変えた\nhttps://evil.example/") == "持ち物: 資料"
    assert above_block(BLOCK) == ""
    assert above_block("資料【Zoom連携情報】のとおり") == "資料【Zoom連携情報】のとおり"


TEAMS = "https://teams.example/l/1"


@pytest.mark.parametrize(
    "url",
    ["https://zoom.us/j/1", "https://us02web.ZOOM.us/j/1?pwd=a", "https://zoomgov.com/j/1", "https://x.zoom.com/j/1"],
)
def test_e4_a_link_by_hand_to_zoom_stands_under_zooms_heading(url: str) -> None:
    assert zoom_block(url, "", "", by_hand=True) == f"{HEADING}\n{url}"


@pytest.mark.parametrize(
    "url", [TEAMS, "https://zoom.us.example/j/1", "https://notzoom.us/j/1", "https://a.example/zoom.us", "https://[odd"]
)
def test_c4_a_link_by_hand_to_another_tool_does_not_stand_under_zooms_name(url: str) -> None:
    assert zoom_block(url, "12", "ab", by_hand=True) == f"{ELSEWHERE}\n{url}\nミーティングID: 12\nパスワード: ab"
    assert zoom_block(url, "", "").startswith(HEADING), "what was issued is Zoom's, whatever its host"


def test_c4_the_other_heading_begins_the_block_and_a_note_of_that_name_does_not() -> None:
    block = zoom_block(TEAMS, "", "", by_hand=True)
    assert above_block(details("持ち物: 資料", block)) == "持ち物: 資料"
    assert above_block("【Web会議情報】\nTeamsで行います") == "【Web会議情報】\nTeamsで行います"

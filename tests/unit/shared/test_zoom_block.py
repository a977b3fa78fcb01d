"""The block under an appointment's details (E4)."""

from hypothesis import given
from hypothesis import strategies as st

from shared.zoom_block import HEADING, above_block, details, zoom_block

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

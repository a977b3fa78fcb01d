"""The words of entries (R12, R14, R15, E4)."""

import pytest

from services.calendar_sync.model.text import EntryText, MeetingLink, entry_text, hold_title
from tests.builders import a_proposal, an_appointment

LINK = MeetingLink("https://zoom.example/j/72962683804?pwd=abc", "72962683804", "234792")
BLOCK = """【Zoom連携情報】 ---※ここ以下を編集しないでください---
https://zoom.example/j/72962683804?pwd=abc
ミーティングID: 72962683804
パスワード: 234792"""


def described(note: str = "", link: MeetingLink | None = LINK, limit: int = 8192, **changes: object) -> str:
    return written(note, link, limit, **changes).description


def written(note: str = "", link: MeetingLink | None = LINK, limit: int = 8192, **changes: object) -> EntryText:
    return entry_text(
        an_appointment(**changes), note, link, locale="ja", limit=limit, console_url="https://c.example/appointments/a"
    )


def test_e4_the_block_stands_last_word_for_word() -> None:
    assert described("メモ").endswith("備考:\nメモ\n\n" + BLOCK)


def test_without_a_meeting_there_is_no_block() -> None:
    assert "Zoom" not in described(link=None)


def test_the_guest_is_named_with_company_and_address() -> None:
    assert described().startswith("お客様: ABC株式会社 田中花子\nメール: hanako@example.jp")


def test_v7_the_reception_code_and_the_address_are_in_the_entry() -> None:
    text = described(reception_code="123456", address="東京都千代田区1-1")
    assert "受付コード: 123456" in text
    assert "住所: 東京都千代田区1-1" in text


def test_r14_only_the_note_is_cut_and_the_block_stays_whole() -> None:
    text = described("あ" * 50_000, limit=2_000)
    assert text.endswith(BLOCK)
    assert "https://c.example/appointments/a" in text
    assert len(text) <= 2_000


def test_r15_fifty_thousand_characters_fit_where_the_provider_takes_them() -> None:
    assert "あ" * 50_000 in described("あ" * 50_000, limit=200_000)


def test_a_hold_is_marked_as_provisional() -> None:
    assert hold_title(a_proposal(title="商談")) == "【仮】商談"


def test_c5_another_tool_is_told_where_there_is_no_zoom_meeting() -> None:
    def told(link: MeetingLink | None) -> str:
        place = "https://teams.example/l/1"
        return entry_text(an_appointment(), "", link, locale="ja", limit=8192, console_url="x", place=place).description

    assert "Web会議の参加方法: https://teams.example/l/1" in told(None)
    assert "teams" not in told(LINK)


@pytest.mark.parametrize("note", ["", "持ち物: 資料\n\n二行目", "長" * 9_000])
def test_e4_what_we_wrote_holds_the_note_and_nothing_else_of_the_users(note: str) -> None:
    text = written(note)
    assert text.typed_in(text.description) == note


@pytest.mark.parametrize("gone", BLOCK.split("\n"))
def test_e4_an_edited_block_is_no_text_of_the_users(gone: str) -> None:
    text = written("メモ")
    assert text.typed_in(text.description.replace(f"{gone}\n", "")) == "メモ"


def test_e4_what_is_typed_above_the_block_is_the_users_wherever_it_stands() -> None:
    text = written("メモ")
    assert text.typed_in("前\n" + text.description.replace("メモ", "メモ2\n後")) == "前\n\nメモ2\n後"


def test_e4_what_there_was_no_room_for_is_kept_beside_what_is_typed() -> None:
    text = written("長" * 9_000)
    assert text.typed_in("前\n" + text.description) == "前\n\n" + "長" * 9_000


def test_a_guest_who_was_renamed_meanwhile_is_no_text_of_the_users() -> None:
    found = written("メモ").description.replace("田中花子", "鈴木一郎")
    assert written("メモ").typed_in(found) == "メモ"


def test_c4_a_link_by_hand_to_another_tool_does_not_stand_under_zooms_name() -> None:
    link = MeetingLink("https://teams.example/l/1", "", "", by_hand=True)
    assert described("メモ", link).endswith(
        "備考:\nメモ\n\n【Web会議情報】 ---※ここ以下を編集しないでください---\nhttps://teams.example/l/1"
    )
    text = written("メモ", link)
    assert text.typed_in(text.description) == "メモ"

"""Names found however they are written (R9)."""

import pytest

from services.gateway.search_text import filters_for, folded, one_spelling, romaji


@pytest.mark.parametrize(
    ("written", "form"),
    [("ﾔﾏﾀﾞ", "やまだ"), ("ヤマダ", "やまだ"), ("ＹＡＭＡＤＡ", "yamada"), ("山田　太郎", "山田太郎"), ("髙﨑", "高崎")],
)
def test_widths_cases_kana_and_variant_kanji_fold_to_one_form(written: str, form: str) -> None:
    assert folded(written) == form


def test_variants_of_saito_are_one_name() -> None:
    assert len({folded(name) for name in ("斎藤", "齋藤", "齊藤", "斉藤")}) == 1


@pytest.mark.parametrize(
    ("kana", "spellings"),
    [
        ("やまだ", ["yamada"]),
        ("さとう", ["sato", "satou", "satoh", "satō"]),
        ("おおたに", ["otani", "ohtani", "ootani"]),
        ("しんじょう", ["shinjo", "shinjou", "sinzyo"]),
        ("はっとり", ["hattori"]),
        ("まっちゃ", ["matcha", "maccha", "mattya"]),
        ("つちや", ["tsuchiya", "tutiya"]),
        ("ふじもと", ["fujimoto", "huzimoto"]),
        ("なんば", ["namba", "nanba"]),
        ("けんいち", ["kenichi", "ken'ichi"]),
        ("ゆうこ", ["yuko", "yuuko"]),
        ("ちづる", ["chizuru", "chiduru"]),
        ("ジョン", ["jon"]),
    ],
)
def test_every_usual_latin_spelling_meets_the_kana(kana: str, spellings: list[str]) -> None:
    assert {one_spelling(spelling) for spelling in spellings} == {romaji(kana)}


@pytest.mark.parametrize("typed", ["s", "sh", "shi", "shin", "shinj", "shinjo"])
def test_a_name_is_found_while_it_is_still_being_typed(typed: str) -> None:
    assert one_spelling(typed) in romaji("しんじょう")


def test_each_word_is_a_condition_and_patterns_are_text() -> None:
    first, second = filters_for("山田 (taro.*")
    assert first == {"$or": [{"search.text": {"$regex": "山田"}}]}
    assert second["$or"] == [{"search.text": {"$regex": r"\(taro\.\*"}}]
    assert filters_for("  ") == []

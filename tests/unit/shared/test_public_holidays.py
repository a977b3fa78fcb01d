"""X6 and X12: which days are public holidays where an organization is."""

from datetime import date

from shared.public_holidays import public_holidays


def test_x12_japans_holidays_are_known_with_those_that_move() -> None:
    found = public_holidays("Asia/Tokyo", date(2026, 9, 1), date(2026, 11, 30))
    assert list(found.items()) == [
        (date(2026, 9, 21), "敬老の日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 9, 23), "秋分の日"),
        (date(2026, 10, 12), "スポーツの日"),
        (date(2026, 11, 3), "文化の日"),
        (date(2026, 11, 23), "勤労感謝の日"),
    ]


def test_both_ends_count_and_a_year_may_end_between() -> None:
    found = public_holidays("Asia/Tokyo", date(2026, 11, 23), date(2027, 1, 1), "en")
    assert found == {date(2026, 11, 23): "Labor Thanksgiving Day", date(2027, 1, 1): "New Year's Day"}


def test_what_lies_outside_does_not_count() -> None:
    assert public_holidays("Asia/Tokyo", date(2026, 11, 4), date(2026, 11, 22)) == {}


def test_a_day_in_lieu_says_of_which() -> None:
    day = date(2027, 3, 22)
    assert public_holidays("Asia/Tokyo", day, day) == {day: "春分の日(振替休日)"}
    assert public_holidays("Asia/Tokyo", day, day, "en") == {day: "Vernal Equinox Day (in lieu)"}


def test_every_name_of_the_coming_years_is_known_in_english() -> None:
    names = public_holidays("Asia/Tokyo", date(2024, 1, 1), date(2050, 12, 31), "en").values()
    assert [name for name in names if not name.isascii()] == []


def test_of_other_zones_none_are_known() -> None:
    assert public_holidays("Europe/Berlin", date(2026, 1, 1), date(2026, 12, 31)) == {}

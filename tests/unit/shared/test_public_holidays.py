"""X6 and X12: which days are public holidays where an organization is."""

import subprocess
import sys
from datetime import date

from shared.public_holidays import public_holidays


async def test_x12_japans_holidays_are_known_with_those_that_move() -> None:
    found = await public_holidays("Asia/Tokyo", date(2026, 9, 1), date(2026, 11, 30))
    assert list(found.items()) == [
        (date(2026, 9, 21), "敬老の日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 9, 23), "秋分の日"),
        (date(2026, 10, 12), "スポーツの日"),
        (date(2026, 11, 3), "文化の日"),
        (date(2026, 11, 23), "勤労感謝の日"),
    ]


async def test_both_ends_count_and_a_year_may_end_between() -> None:
    found = await public_holidays("Asia/Tokyo", date(2026, 11, 23), date(2027, 1, 1), "en")
    assert found == {date(2026, 11, 23): "Labor Thanksgiving Day", date(2027, 1, 1): "New Year's Day"}


async def test_of_other_zones_none_are_known() -> None:
    assert await public_holidays("Europe/Berlin", date(2026, 1, 1), date(2026, 12, 31)) == {}


def test_the_library_is_not_loaded_before_somebody_asks() -> None:
    loaded = "import sys, shared.public_holidays; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0

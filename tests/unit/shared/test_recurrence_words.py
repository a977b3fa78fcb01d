"""Rules of recurrence in both languages (E6)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.contracts.booking import Series
from shared.recurrence_words import series_in_words
from tests.builders import an_appointment

START = datetime(2026, 12, 1, 4, tzinfo=UTC)  # Tuesday, 13:00 in Tokyo
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("rule", "japanese", "english"),
    [
        (
            "FREQ=WEEKLY;BYDAY=TU;COUNT=10",
            "毎週火曜日 13:00 ～ 14:00(全10回)",
            "Every week on Tuesday 13:00 – 14:00 (10 times)",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR;COUNT=4",
            "2週間ごとの火曜日・金曜日 13:00 ～ 14:00(全4回)",
            "Every 2 weeks on Tuesday, Friday 13:00 – 14:00 (4 times)",
        ),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU;UNTIL=20270601",
            "2か月ごとの第1火曜日 13:00 ～ 14:00(全4回)",
            "Every 2 months on the first Tuesday 13:00 – 14:00 (4 times)",
        ),
        ("FREQ=DAILY;COUNT=1", "毎日 13:00 ～ 14:00(全1回)", "Every day 13:00 – 14:00 (1 time)"),
        (
            "FREQ=MONTHLY;BYDAY=1TU;COUNT=3",
            "毎月第1火曜日 13:00 ～ 14:00(全3回)",
            "Every month on the first Tuesday 13:00 – 14:00 (3 times)",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3",
            "毎月1日 13:00 ～ 14:00(全3回)",
            "Every month on day 1 13:00 – 14:00 (3 times)",
        ),
    ],
)
def test_a_rule_in_words(rule: str, japanese: str, english: str) -> None:
    appointment = an_appointment(start_at=START, end_at=START + timedelta(hours=1), series=Series(rrule=rule))
    assert series_in_words(appointment, TOKYO, "ja") == japanese
    assert series_in_words(appointment, TOKYO, "en") == english

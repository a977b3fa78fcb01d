"""The system's time follows the clock file."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared import clock


def test_the_clock_runs_on_from_where_it_was_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOSEI_CLOCK_FILE", str(tmp_path / "clock.json"))
    clock.set_offset(timedelta(days=3))
    ahead = clock.now() - clock.real_now()
    assert timedelta(days=3, seconds=-1) < ahead <= timedelta(days=3)


def test_without_a_file_to_write_the_clock_cannot_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHOSEI_CLOCK_FILE", raising=False)
    with pytest.raises(RuntimeError, match="CHOSEI_CLOCK_FILE"):
        clock.set_offset(timedelta(1))


def test_times_have_whole_milliseconds_as_the_database_keeps_them() -> None:
    assert clock.now().microsecond % 1000 == 0

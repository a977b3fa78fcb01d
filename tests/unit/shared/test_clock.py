"""The system's time follows the clock file."""

import json
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared import clock


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "clock.json"
    monkeypatch.setenv("CHOSEI_CLOCK_FILE", str(path))
    clock.set_offset(timedelta(0))
    yield path
    clock.set_offset(timedelta(0))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """At the file, or for it in the environment, in a moment that does not pass."""
    seen: list[object] = []
    monkeypatch.setattr(clock, "_clock_file", type(clock._clock_file)())
    monkeypatch.setattr(time, "monotonic", lambda: 1.0)
    stat, get = os.stat, os.environ.get

    def counted_stat(path: Any, **how: Any) -> object:
        seen.append(path)
        return stat(path, **how)

    def counted_get(name: str, *default: str) -> str | None:
        seen.append(name)
        return get(name, *default)

    monkeypatch.setattr(os, "stat", counted_stat)
    monkeypatch.setattr(os.environ, "get", counted_get)
    return seen


def test_the_clock_runs_on_from_where_it_was_set(file: Path) -> None:
    clock.set_offset(timedelta(days=3))
    ahead = clock.now() - clock.real_now()
    assert timedelta(days=3, seconds=-1) < ahead <= timedelta(days=3)


def test_a_clock_that_another_process_moved_is_seen_within_a_few_milliseconds(file: Path) -> None:
    clock.now()
    moved = file.with_suffix(".new")
    moved.write_text(json.dumps({"offset_seconds": 3600}))
    moved.replace(file)
    seen_at = time.monotonic() + 0.003
    while time.monotonic() < seen_at:
        clock.now()
    assert clock.offset() == timedelta(hours=1)


def test_asking_for_the_time_a_thousand_times_looks_at_the_file_once(file: Path, looks: list[object]) -> None:
    for _ in range(1000):
        clock.now()
    assert looks == ["CHOSEI_CLOCK_FILE", str(file)]


def test_without_a_file_nothing_is_looked_for_again(looks: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHOSEI_CLOCK_FILE", raising=False)
    for _ in range(1000):
        clock.now()
    assert looks == ["CHOSEI_CLOCK_FILE"]


def test_without_a_file_to_write_the_clock_cannot_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHOSEI_CLOCK_FILE", raising=False)
    with pytest.raises(RuntimeError, match="CHOSEI_CLOCK_FILE"):
        clock.set_offset(timedelta(1))


def test_times_have_whole_milliseconds_as_the_database_keeps_them() -> None:
    assert clock.now().microsecond % 1000 == 0

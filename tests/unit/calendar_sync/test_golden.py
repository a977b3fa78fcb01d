"""G18: busy means busy, over a golden set of both providers' events."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.calendar_sync.model.busy import BusyEntry
from services.calendar_sync.providers import google_mapping, microsoft_mapping
from shared.providers import ProviderUnavailable
from tests.unit.calendar_sync.golden import google, graph

TOKYO = "Asia/Tokyo"
GOOGLE: dict[str, Any] = {
    "id": "abc",
    "status": "confirmed",
    "summary": "打ち合わせ",
    **google.timed("2026-12-01T13:00:00+09:00", "2026-12-01T14:00:00+09:00", TOKYO),
}
GRAPH: dict[str, Any] = {
    "id": "AAMk=",
    "type": "singleInstance",
    "showAs": "busy",
    "isAllDay": False,
    **graph.timed("2026-12-01T04:00:00.0000000", "2026-12-01T05:00:00.0000000"),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text if text.startswith("20") else f"2026-{text}").replace(tzinfo=UTC)


def check(found: BusyEntry | None, start: str, end: str, kind: str) -> None:
    if not start:
        assert found is None
    else:
        assert found is not None
        assert (found.start_at, found.end_at, found.kind.value) == (utc(start), utc(end), kind)


@pytest.mark.parametrize(("name", "change", "start", "end", "kind"), google.ROWS, ids=lambda part: str(part)[:40])
def test_g18_an_entry_of_google_means_this_busy_time(
    name: str, change: dict[str, Any], start: str, end: str, kind: str
) -> None:
    check(google_mapping.to_busy({**GOOGLE, **change}, TOKYO), start, end, kind)


@pytest.mark.parametrize(("name", "change", "start", "end", "kind"), graph.ROWS, ids=lambda part: str(part)[:40])
def test_g18_an_entry_of_graph_means_this_busy_time(
    name: str, change: dict[str, Any], start: str, end: str, kind: str
) -> None:
    check(microsoft_mapping.to_busy({**GRAPH, **change}, TOKYO), start, end, kind)


def test_g18_the_set_has_at_least_a_hundred_samples() -> None:
    assert len(google.ROWS) + len(graph.ROWS) >= 100
    assert len({row[0] for row in google.ROWS}) == len(google.ROWS)


@pytest.mark.parametrize(
    "change", [{"start": {}}, {"start": None}, {"end": {"dateTime": "soon"}}, {"start": {"date": "x"}}]
)
def test_g03_an_entry_of_google_that_cannot_be_read_spoils_the_read(change: dict[str, Any]) -> None:
    with pytest.raises(ProviderUnavailable):
        google_mapping.to_busy({**GOOGLE, **change}, TOKYO)


@pytest.mark.parametrize(
    "change", [{"start": None}, graph.timed("2026-12-01T04:00:00", "x", "tzone://Microsoft/Custom")]
)
def test_g03_an_entry_of_graph_that_cannot_be_read_spoils_the_read(change: dict[str, Any]) -> None:
    with pytest.raises(ProviderUnavailable):
        microsoft_mapping.to_busy({**GRAPH, **change}, TOKYO)


def test_an_occurrence_without_details_takes_them_from_its_series() -> None:
    bare = {"id": "o", "type": "occurrence", "seriesMasterId": "m", "start": GRAPH["start"], "end": GRAPH["end"]}
    assert microsoft_mapping.to_busy(bare, TOKYO, {"id": "m", "type": "seriesMaster", "showAs": "free"}) is None
    found = microsoft_mapping.to_busy(bare, TOKYO, {"id": "m", "showAs": "tentative"})
    assert found is not None
    assert (found.entry_id, found.kind.value) == ("o", "tentative")


def test_our_marks_are_found_again() -> None:
    marked = {"extendedProperties": {"shared": {"chosei": "hold/slt_1/stf_1"}}}
    found = google_mapping.to_busy({**GOOGLE, **marked, "id": "chosei0123"}, TOKYO)
    copied = google_mapping.to_busy({**GOOGLE, **marked}, TOKYO)
    assert found is not None
    assert copied is not None
    assert (found.marker, copied.marker) == ("chosei0123", "")
    ours = microsoft_mapping.to_busy({**GRAPH, "transactionId": "chosei0123"}, TOKYO)
    other = microsoft_mapping.to_busy({**GRAPH, "transactionId": "another-app"}, TOKYO)
    assert ours is not None
    assert other is not None
    assert (bool(ours.marker), bool(other.marker)) == (True, False)

"""Whole answers of both providers: series with what was taken out and moved, several pages, zones other than Tokyo.

A row: name, provider, the calendar's zone, the pages' events, and the spans that must come of them (UTC, as in
``golden.google``). Google expands series itself (``singleEvents``); Graph names the master and bare occurrences.
"""

from typing import Any

from tests.unit.calendar_sync.golden import google, graph

Span = tuple[str, str, str]
Row = tuple[str, str, str, list[list[dict[str, Any]]], list[Span]]
TOKYO = "Asia/Tokyo"


def one(event_id: str, start: str, end: str, zone: str | None = None, **more: Any) -> dict[str, Any]:
    """Google's, confirmed."""
    return {"id": event_id, "status": "confirmed", **google.timed(start, end, zone, **more)}


def days(event_id: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"id": event_id, "status": "confirmed", **google.day(start, end, **more)}


def single(event_id: str, start: str, end: str, zone: str = "UTC", **more: Any) -> dict[str, Any]:
    """Graph's."""
    return {"id": event_id, "type": "singleInstance", "showAs": "busy", **graph.timed(start, end, zone, **more)}


def occurrence(event_id: str, start: str, end: str, kind: str = "occurrence", **more: Any) -> dict[str, Any]:
    """As a delta has it: times and whose it is."""
    return {"id": event_id, "type": kind, "seriesMasterId": "m", **graph.timed(start, end), **more}


def master(**more: Any) -> dict[str, Any]:
    times = graph.timed("2026-12-01T04:00:00", "2026-12-01T05:00:00")
    return {"id": "m", "type": "seriesMaster", "showAs": "busy", "recurrence": {}, **times, **more}


ROWS: list[Row] = [
    (
        "google: weekly, one date taken out, one moved, one cancelled",
        "google",
        TOKYO,
        [
            [
                one("w_1", "2026-12-01T13:00:00+09:00", "2026-12-01T14:00:00+09:00", recurringEventId="w"),
                one(
                    "w_3",
                    "2026-12-16T10:00:00+09:00",
                    "2026-12-16T10:30:00+09:00",
                    recurringEventId="w",
                    originalStartTime=google.moment("2026-12-15T13:00:00+09:00"),
                ),
                {"id": "w_4", "status": "cancelled", "recurringEventId": "w"},
            ]
        ],
        [("12-01T04:00", "12-01T05:00", "busy"), ("12-16T01:00", "12-16T01:30", "busy")],
    ),
    (
        "google: an occurrence declined alone",
        "google",
        TOKYO,
        [
            [
                one("d_1", "2026-12-01T13:00:00+09:00", "2026-12-01T14:00:00+09:00", recurringEventId="d"),
                one(
                    "d_2",
                    "2026-12-02T13:00:00+09:00",
                    "2026-12-02T14:00:00+09:00",
                    recurringEventId="d",
                    **google.answered("declined"),
                ),
                one(
                    "d_3",
                    "2026-12-03T13:00:00+09:00",
                    "2026-12-03T14:00:00+09:00",
                    recurringEventId="d",
                    **google.answered("tentative"),
                ),
            ]
        ],
        [("12-01T04:00", "12-01T05:00", "busy"), ("12-03T04:00", "12-03T05:00", "tentative")],
    ),
    (
        "google: daily over the end of summer time, wall clock kept",
        "google",
        "Europe/London",
        [
            [
                one("l_1", "2026-10-24T09:00:00+01:00", "2026-10-24T10:00:00+01:00", recurringEventId="l"),
                one("l_2", "2026-10-25T09:00:00Z", "2026-10-25T10:00:00Z", recurringEventId="l"),
            ]
        ],
        [("10-24T08:00", "10-24T09:00", "busy"), ("10-25T09:00", "10-25T10:00", "busy")],
    ),
    (
        "google: three pages, the last one empty",
        "google",
        TOKYO,
        [
            [one("a", "2026-12-01T13:00:00+09:00", "2026-12-01T14:00:00+09:00")],
            [
                one("b", "2026-12-02T13:00:00+09:00", "2026-12-02T14:00:00+09:00", transparency="transparent"),
                one("c", "2026-12-03T13:00:00+09:00", "2026-12-03T14:00:00+09:00", status="tentative"),
            ],
            [],
        ],
        [("12-01T04:00", "12-01T05:00", "busy"), ("12-03T04:00", "12-03T05:00", "tentative")],
    ),
    (
        "google: all day where a day has 23 hours",
        "google",
        "America/New_York",
        [[days("a", "2026-03-08", "2026-03-09")]],
        [("03-08T05:00", "03-09T04:00", "busy")],
    ),
    (
        "google: all day where a day has 25 hours",
        "google",
        "America/New_York",
        [[days("a", "2026-11-01", "2026-11-02")]],
        [("11-01T04:00", "11-02T05:00", "busy")],
    ),
    (
        "google: all day where midnight does not exist",
        "google",
        "Africa/Cairo",
        [[days("a", "2026-04-24", "2026-04-25")]],
        [("04-23T22:00", "04-24T21:00", "busy")],
    ),
    (
        "google: half an hour of summer time",
        "google",
        "Australia/Lord_Howe",
        [
            [
                one("a", "2026-07-01T09:00:00", "2026-07-01T10:00:00"),
                one("b", "2026-12-01T09:00:00", "2026-12-01T10:00:00"),
            ]
        ],
        [("06-30T22:30", "06-30T23:30", "busy"), ("11-30T22:00", "11-30T23:00", "busy")],
    ),
    (
        "google: across the date line",
        "google",
        "Pacific/Apia",
        [[days("a", "2026-12-01", "2026-12-02"), one("b", "2026-12-01T09:00:00", "2026-12-01T10:00:00")]],
        [("11-30T11:00", "12-01T11:00", "busy"), ("11-30T20:00", "11-30T21:00", "busy")],
    ),
    (
        "google: out of office, focus, and where one works, on one day",
        "google",
        TOKYO,
        [
            [
                one("o", "2026-12-01T09:00:00+09:00", "2026-12-01T18:00:00+09:00", eventType="outOfOffice"),
                one("f", "2026-12-02T09:00:00+09:00", "2026-12-02T11:00:00+09:00", eventType="focusTime"),
                days("w", "2026-12-02", "2026-12-03", eventType="workingLocation", transparency="transparent"),
            ]
        ],
        [("12-01T00:00", "12-01T09:00", "busy"), ("12-02T00:00", "12-02T02:00", "busy")],
    ),
    (
        "graph: weekly, one date taken out, one moved, one cancelled",
        "microsoft",
        TOKYO,
        [
            [
                master(),
                occurrence("o1", "2026-12-01T04:00:00", "2026-12-01T05:00:00"),
                occurrence("o3", "2026-12-16T01:00:00", "2026-12-16T01:30:00", "exception"),
                occurrence("o4", "2026-12-22T04:00:00", "2026-12-22T05:00:00", "exception", isCancelled=True),
            ]
        ],
        [("12-01T04:00", "12-01T05:00", "busy"), ("12-16T01:00", "12-16T01:30", "busy")],
    ),
    (
        "graph: a free series with one busy exception",
        "microsoft",
        TOKYO,
        [
            [
                master(showAs="free"),
                occurrence("o1", "2026-12-01T04:00:00", "2026-12-01T05:00:00"),
                occurrence("o2", "2026-12-08T04:00:00", "2026-12-08T05:00:00", "exception", showAs="busy"),
            ]
        ],
        [("12-08T04:00", "12-08T05:00", "busy")],
    ),
    (
        "graph: the master comes on a later page than its occurrences",
        "microsoft",
        TOKYO,
        [
            [occurrence("o1", "2026-12-01T04:00:00", "2026-12-01T05:00:00")],
            [master(showAs="tentative"), single("x", "2026-12-02T04:00:00", "2026-12-02T05:00:00")],
        ],
        [("12-01T04:00", "12-01T05:00", "tentative"), ("12-02T04:00", "12-02T05:00", "busy")],
    ),
    (
        "graph: the last word about an id counts",
        "microsoft",
        TOKYO,
        [
            [single("a", "2026-12-01T04:00:00", "2026-12-01T05:00:00")],
            [single("b", "2026-12-02T04:00:00", "2026-12-02T05:00:00")],
            [{"id": "a", "@removed": {"reason": "deleted"}}],
        ],
        [("12-02T04:00", "12-02T05:00", "busy")],
    ),
    (
        "graph: all day where a day has 23 hours",
        "microsoft",
        "America/New_York",
        [[{"id": "a", "showAs": "busy", **graph.day("2026-03-08", "2026-03-09")}]],
        [("03-08T05:00", "03-09T04:00", "busy")],
    ),
    (
        "graph: all day where a day has 25 hours",
        "microsoft",
        "Eastern Standard Time",
        [[{"id": "a", "showAs": "oof", **graph.day("2026-11-01", "2026-11-02")}]],
        [("11-01T04:00", "11-02T05:00", "busy")],
    ),
    (
        "graph: zones by their Windows names",
        "microsoft",
        TOKYO,
        [
            [
                single("a", "2026-12-01T09:30:00", "2026-12-01T10:30:00", "India Standard Time"),
                single("b", "2026-12-02T09:45:00", "2026-12-02T10:45:00", "Nepal Standard Time"),
                single("c", "2026-12-03T15:00:00", "2026-12-03T16:00:00", "AUS Eastern Standard Time"),
                single("d", "2026-12-04T00:30:00", "2026-12-04T01:30:00", "Newfoundland Standard Time"),
            ]
        ],
        [
            ("12-01T04:00", "12-01T05:00", "busy"),
            ("12-02T04:00", "12-02T05:00", "busy"),
            ("12-03T04:00", "12-03T05:00", "busy"),
            ("12-04T04:00", "12-04T05:00", "busy"),
        ],
    ),
    (
        "graph: an empty calendar",
        "microsoft",
        TOKYO,
        [[], []],
        [],
    ),
]

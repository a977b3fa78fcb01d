"""Scheduling pages as booking answers them."""

from typing import Any


def a_page(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": "pag_1",
        "version": 1,
        "slug": "intro",
        "url": "http://gateway/p/intro",
        "active": True,
        "title": "ご相談",
        "description": "",
        "owner_id": "stf_taro",
        "hosts": [
            {
                "staff_id": "stf_taro",
                "time_zone": "",
                "hours": {"mon": [{"start": "09:00", "end": "17:00"}]},
                "exceptions": {"2030-12-02": []},
            }
        ],
        "assignment": "all",
        "meeting_type_id": None,
        "bookable_id": None,
        "durations": [30],
        "dates_off": [],
        "holidays_off": True,
        "buffer_before": 0,
        "buffer_after": 0,
        "minimum_notice": 240,
        "horizon_days": 60,
        "step": 30,
        "daily_limit": None,
        "weekly_limit": None,
        "time_zone": "Asia/Tokyo",
        "questions": [],
        "offline": False,
        "request_hours": 72,
        "reschedule": {"allowed": True, "until": 0},
        "cancel": {"allowed": True, "until": 0},
        "prefill": False,
        "auto_submit": False,
        "allowed_origins": [],
        "price": None,
        "created_at": "2026-11-20T10:00:00Z",
        "updated_at": "2026-11-20T10:00:00Z",
    }
    return values | changes


def a_guest_page(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "slug": "intro",
        "active": True,
        "title": "ご相談",
        "description": "",
        "organization": "株式会社サンプル",
        "host_names": ["山田太郎"],
        "kind": "web",
        "durations": [30],
        "time_zone": "Asia/Tokyo",
        "questions": [],
        "takes_requests": False,
        "prefill": False,
        "auto_submit": False,
        "price": None,
        "locale": "ja",
    }
    return values | changes


A_TIME = {"start": "2030-12-02T13:00:00+09:00", "end": "2030-12-02T13:30:00+09:00"}

HOSTED_TIMES = {
    "slots": [A_TIME | {"host_ids": ["stf_taro"]}],
    "time_zone": "Asia/Tokyo",
    "duration": 30,
    "takes_requests": False,
    "notices": [],
    "why": None,
}
WHY_MISSING = {
    "start": "2030-12-02T10:00:00+09:00",
    "end": "2030-12-02T10:30:00+09:00",
    "free": False,
    "host_ids": [],
    "reasons": ["daily_limit"],
    "hosts": [{"staff_id": "stf_taro", "reasons": ["outside_hours"], "trouble": None}],
}


PAGES: dict[str, tuple[int, dict[str, Any]]] = {
    "GET /internal/pages?": (200, {"items": [a_page()], "next_cursor": None}),
    "POST /internal/pages": (201, a_page()),
    "GET /internal/pages/pag_1": (200, a_page()),
    "PATCH /internal/pages/pag_1": (200, a_page(version=2)),
    "DELETE /internal/pages/pag_1": (200, a_page(active=False, deleted=True)),
    "POST /internal/pages/pag_1/copy": (201, a_page(id="pag_2", slug="intro-2")),
    "POST /internal/pages/preview": (200, HOSTED_TIMES | {"why": WHY_MISSING}),
    "GET /internal/pages/pag_1/slots": (200, HOSTED_TIMES),
    "GET /internal/pages/pag_1/explain": (200, WHY_MISSING),
    "GET /internal/guest/page/intro": (200, a_guest_page()),
    "GET /internal/guest/page/intro/slots": (200, {"slots": [A_TIME], "time_zone": "Asia/Tokyo"}),
    "GET /internal/guest/appointment/slots": (200, {"slots": [A_TIME], "time_zone": "Asia/Tokyo"}),
}
"""By method and path: status and body."""

"""Contacts as booking answers them."""

from typing import Any

CONTACT_ID = "cnt_0123456789abcdef"


def a_contact(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": CONTACT_ID,
        "version": 1,
        "name": "田中花子",
        "company": "ABC株式会社",
        "email": "hanako@example.jp",
        "owner_id": "stf_taro",
        "first_seen_at": "2026-11-20T01:00:00Z",
        "last_seen_at": "2026-11-21T01:00:00Z",
        "last_booking": {
            "at": "2026-11-21T01:00:00Z",
            "page": {"id": "pag_1", "title": "ご相談", "slug": "intro"},
            "source": "news",
            "medium": "mail",
            "campaign": "春の<b>案内</b>",
            "term": "",
            "content": "",
        },
        "created_at": "2026-11-20T01:00:00Z",
        "updated_at": "2026-11-21T01:00:00Z",
        "can_change": True,
    }
    return values | changes


def an_entry(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": "apt_1",
        "status": "confirmed",
        "start": "2030-12-02T13:00:00+09:00",
        "end": "2030-12-02T14:00:00+09:00",
        "time_zone": "Asia/Tokyo",
        "all_day": False,
        "rrule": None,
        "kind": "web",
        "title": "打ち合わせ",
        "organizer_id": "stf_taro",
        "outcome": "scheduled",
        "page": {"id": "pag_1", "title": "ご相談", "slug": "intro"},
    }
    return values | changes


def an_erasure(**changes: Any) -> dict[str, Any]:
    """Everybody has answered but notifier."""
    services = ("booking", "gateway", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler")
    at = "2026-11-22T01:00:00Z"
    values: dict[str, Any] = {
        "id": "ers_1",
        "reason": "asked",
        "status": "pending",
        "asked_at": at,
        "asked_by": "staff:stf_taro",
        "done_at": None,
        "appointments": 2,
        "proposals": 1,
        "services": [
            {"service": one, "erased_at": None if one == "notifier" else at, "left_outside": 2 * (one == "zoom_issuer")}
            for one in services
        ],
    }
    return values | changes


CONTACTS: dict[str, tuple[int, dict[str, Any]]] = {
    "GET /internal/contacts?": (200, {"items": [a_contact()], "next_cursor": None}),
    f"GET /internal/contacts/{CONTACT_ID}": (200, a_contact(history=[an_entry()])),
    f"PATCH /internal/contacts/{CONTACT_ID}": (200, a_contact(version=2)),
    f"DELETE /internal/contacts/{CONTACT_ID}": (202, an_erasure()),
    "GET /internal/erasures?": (200, {"items": [an_erasure()], "next_cursor": None}),
    "GET /internal/erasures/ers_1": (200, an_erasure()),
    "POST /internal/erasures": (202, an_erasure()),
}
"""By method and path: status and body."""

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


CONTACTS: dict[str, tuple[int, dict[str, Any]]] = {
    "GET /internal/contacts?": (200, {"items": [a_contact()], "next_cursor": None}),
    f"GET /internal/contacts/{CONTACT_ID}": (200, a_contact(history=[an_entry()])),
    f"PATCH /internal/contacts/{CONTACT_ID}": (200, a_contact(version=2)),
}
"""By method and path: status and body."""

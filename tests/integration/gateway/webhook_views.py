"""Webhooks as notifier answers them."""

from typing import Any

WEBHOOK_ID, DELIVERY_ID = "whk_1", "whd_1"
_HERE = f"/internal/webhooks/{WEBHOOK_ID}"


def a_webhook(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": WEBHOOK_ID,
        "version": 1,
        "url": "https://crm.example.com/hooks/chosei",
        "events": ["booking.*"],
        "description": "顧客管理<b>システム</b>",
        "enabled": True,
        "disabled_for": None,
        "disabled_at": None,
        "failing_since": None,
        "old_secret_until": None,
        "created_at": "2026-11-20T01:00:00Z",
        "created_by": "stf_admin",
    }
    return values | changes


def a_delivery(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": DELIVERY_ID,
        "webhook_id": WEBHOOK_ID,
        "event_id": "evt_1",
        "event": "booking.appointment_confirmed.v1",
        "subject": "apt_1",
        "occurred_at": "2026-11-20T01:00:00Z",
        "created_at": "2026-11-20T01:00:00Z",
        "status": "waiting",
        "tries": 1,
        "next_try_at": "2026-11-20T01:05:00Z",
        "log": [
            {
                "at": "2026-11-20T01:00:00Z",
                "duration_ms": 35,
                "status_code": 500,
                "error": "status",
                "body": "<script>alert(1)</script>",
            },
        ],
    }
    return values | changes


_SECRET = {"secret": "whsec_c2VjcmV0"}
WEBHOOKS: dict[str, tuple[int, dict[str, Any]]] = {
    "GET /internal/webhooks?": (200, {"items": [a_webhook()], "next_cursor": None}),
    "POST /internal/webhooks?": (201, a_webhook() | _SECRET),
    f"GET {_HERE}?": (200, a_webhook()),
    f"PATCH {_HERE}?": (200, a_webhook(version=2)),
    f"DELETE {_HERE}?": (200, a_webhook()),
    f"POST {_HERE}/rotate-secret?": (200, a_webhook(version=2) | _SECRET),
    f"POST {_HERE}/replay?": (202, {"count": 3}),
    f"GET {_HERE}/deliveries?": (200, {"items": [a_delivery()], "next_cursor": None}),
    f"GET {_HERE}/deliveries/{DELIVERY_ID}?": (200, a_delivery(payload={"id": "evt_1", "data": {}})),
    f"POST {_HERE}/deliveries/{DELIVERY_ID}/retry?": (202, a_delivery(tries=0)),
}
"""By method and path: status and body."""

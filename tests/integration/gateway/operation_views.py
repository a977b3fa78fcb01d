"""What the services answer about their operations, for the stand-ins."""

from typing import Any

from shared.contracts.api.operations import OwedEffect
from shared.operations.own import Place, effect_id

_AT = "2026-11-20T01:00:00Z"


def some_operations(service: str, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "service": service,
        "at": _AT,
        "outbox": {"waiting": 0, "oldest_at": None},
        "work": [{"name": "rows", "waiting": 2, "held": 1, "failing": 0, "oldest_due_at": _AT}],
        "bus": {"reachable": True, "queued": 0, "parked": 0, "queues": []},
        "effects": {"failed": 0, "waiting": 0},
        "connections": [],
        "budgets": [],
        "mirror": [],
        "stages": [],
    }
    return values | changes


def a_dead_letter(service: str = "notifier", number: int = 1, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": f"{service}-{number:024x}",
        "service": service,
        "queue": f"{service}.booking.appointment_confirmed.v1",
        "event_id": f"evt_{number}",
        "event_type": "chosei.booking.appointment_confirmed.v1",
        "subject": f"apt_{number}",
        "occurred_at": _AT,
        "parked_at": f"2026-11-20T02:{number % 60:02}:00Z",
        "attempts": 6,
        "replays": 0,
        "error": "NotYet: waiting for <b>apt_1</b>",
    }
    return values | changes


def an_owed_effect(
    service: str = "zoom_issuer", about: str = "apt_1", rest: str = "", **changes: Any
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": effect_id(service, Place(about, rest)),
        "service": service,
        "effect": "meeting",
        "about": about,
        "of": "",
        "status": "failed",
        "reason": "zoom_failed",
        "detail": "",
        "since": _AT,
    }
    return OwedEffect.model_validate(values | changes).model_dump(mode="json")


SERVICES = ("booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler")
_HERE = "/internal/operations"
OPERATIONS: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {
    key: answer
    for service in SERVICES
    for key, answer in {
        (service, f"GET {_HERE}?"): (200, some_operations(service)),
        (service, f"GET {_HERE}/parked?"): (200, {"items": [], "total": 0}),
        (service, f"GET {_HERE}/effects?"): (200, {"items": []}),
        (service, f"GET {_HERE}/decisions?"): (200, {"items": []}),
        (service, f"POST {_HERE}/parked/replay?"): (202, {"count": 2}),
        (service, f"POST {_HERE}/effects/retry?"): (202, {"count": 1}),
        (service, f"POST {_HERE}/parked/"): (202, a_dead_letter(service)),
        (service, f"POST {_HERE}/effects/"): (202, an_owed_effect(service)),
        (service, "POST /internal/reconcile?"): (202, {"count": 1}),
    }.items()
}
"""By service, method and path: status and body."""

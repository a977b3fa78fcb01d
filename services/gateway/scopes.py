"""What an API key may call (X8): each staff route and the scope that it takes, in this one table. What is not in it no
key may call; a test holds it against the routes.
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from services.gateway.model import Scope
from shared.problem import Problem


class Whom(Enum):
    """Routes without a scope: every key's, or only those of people who signed in."""

    ANY_KEY = "any key"
    PEOPLE = "people"


_ROUTES: Mapping[Scope | Whom, tuple[str, ...]] = {
    Whom.ANY_KEY: ("GET /me",),
    Whom.PEOPLE: (
        "PATCH /me",
        "DELETE /me/defaults",
        "GET /me/calendar-feed",
        "POST /me/calendar-feed",
        "DELETE /me/calendar-feed",
        "PUT /me/buildings",
        "DELETE /sessions/current",
        "GET /api-keys",
        "POST /api-keys",
        "GET /api-keys/{key_id}",
        "DELETE /api-keys/{key_id}",
        "POST /connections/{provider}/authorize",
        "POST /zoom-account/authorize",
        "DELETE /staff/{staff_id}/identity",
    ),
    Scope.APPOINTMENTS_READ: (
        "GET /appointments",
        "GET /appointments/{appointment_id}",
        "GET /appointments/{appointment_id}/occurrences",
        "GET /appointments/{appointment_id}/timeline",
    ),
    Scope.APPOINTMENTS_WRITE: (
        "POST /appointments",
        "PATCH /appointments/{appointment_id}",
        "DELETE /appointments/{appointment_id}",
        "POST /appointments/{appointment_id}/approve",
        "POST /appointments/{appointment_id}/cancel",
        "POST /appointments/{appointment_id}/decline",
        "POST /appointments/{appointment_id}/drift",
        "POST /appointments/{appointment_id}/join-link",
        "PUT /appointments/{appointment_id}/meeting",
        "DELETE /appointments/{appointment_id}/meeting",
        "PATCH /appointments/{appointment_id}/occurrences/{original_start}",
        "DELETE /appointments/{appointment_id}/occurrences/{original_start}",
        "PUT /appointments/{appointment_id}/outcome",
    ),
    Scope.PROPOSALS_READ: (
        "GET /proposals",
        "POST /proposals/preview",
        "GET /proposals/{proposal_id}",
        "GET /proposals/{proposal_id}/slots.txt",
        "GET /proposals/{proposal_id}/timeline",
    ),
    Scope.PROPOSALS_WRITE: ("POST /proposals", "PATCH /proposals/{proposal_id}", "DELETE /proposals/{proposal_id}"),
    Scope.PAGES_READ: (
        "GET /pages",
        "POST /pages/preview",
        "GET /pages/{page_id}",
        "GET /pages/{page_id}/explain",
        "GET /pages/{page_id}/slots",
        "POST /pages/{page_id}/times",
    ),
    Scope.PAGES_WRITE: (
        "POST /pages",
        "PATCH /pages/{page_id}",
        "DELETE /pages/{page_id}",
        "POST /pages/{page_id}/copy",
    ),
    Scope.CONTACTS_READ: (
        "GET /contacts",
        "GET /contacts/{contact_id}",
        "GET /contacts/{contact_id}/export",
        "GET /erasures",
        "GET /erasures/{erasure_id}",
    ),
    Scope.CONTACTS_WRITE: ("PATCH /contacts/{contact_id}", "DELETE /contacts/{contact_id}", "POST /erasures"),
    Scope.CALENDAR_READ: (
        "GET /calendar",
        "GET /calendar/explain",
        "GET /calendar/suggestions",
        "GET /buildings",
        "GET /rooms",
    ),
    Scope.MENUS_READ: (
        "GET /meeting-types",
        "GET /meeting-types/{meeting_type_id}",
        "GET /bookables",
        "GET /bookables/{bookable_id}",
    ),
    Scope.MENUS_WRITE: (
        "POST /meeting-types",
        "PATCH /meeting-types/{meeting_type_id}",
        "DELETE /meeting-types/{meeting_type_id}",
        "POST /bookables",
        "PATCH /bookables/{bookable_id}",
        "DELETE /bookables/{bookable_id}",
    ),
    Scope.STAFF_READ: ("GET /staff", "GET /staff/{staff_id}"),
    Scope.STAFF_WRITE: ("POST /staff", "PATCH /staff/{staff_id}", "POST /staff/{staff_id}/invitation"),
    Scope.CONNECTIONS_READ: (
        "GET /connections",
        "GET /connections/{provider}/calendars",
        "GET /zoom-account",
        "GET /zoom-account/offers/{offer_id}",
        "GET /zoom-account/touched",
        "GET /zoom-users",
    ),
    Scope.CONNECTIONS_WRITE: (
        "PUT /connections/{provider}/calendars",
        "POST /connections/{provider}/resume",
        "DELETE /connections/{provider}",
        "POST /buildings/refresh",
        "POST /zoom-account",
        "DELETE /zoom-account",
        "POST /zoom-account/refresh",
        "POST /zoom-account/offers/{offer_id}/confirm",
        "DELETE /zoom-account/offers/{offer_id}",
    ),
    Scope.SETTINGS_READ: (
        "GET /organization",
        "GET /mail-templates",
        "GET /mail-templates/{name}",
        "POST /mail-templates/{name}/preview",
    ),
    Scope.SETTINGS_WRITE: (
        "PATCH /organization",
        "PUT /mail-templates/{name}",
        "DELETE /mail-templates/{name}",
    ),
    Scope.WEBHOOKS_READ: (
        "GET /webhooks",
        "GET /webhooks/{webhook_id}",
        "GET /webhooks/{webhook_id}/deliveries",
        "GET /webhooks/{webhook_id}/deliveries/{delivery_id}",
    ),
    Scope.WEBHOOKS_WRITE: (
        "POST /webhooks",
        "PATCH /webhooks/{webhook_id}",
        "DELETE /webhooks/{webhook_id}",
        "POST /webhooks/{webhook_id}/rotate-secret",
        "POST /webhooks/{webhook_id}/replay",
        "POST /webhooks/{webhook_id}/deliveries/{delivery_id}/retry",
    ),
    Scope.OPERATIONS_READ: ("GET /ops/pipeline", "GET /ops/dead-letters", "GET /ops/effects", "GET /ops/decisions"),
    Scope.OPERATIONS_WRITE: (
        "POST /ops/dead-letters/replay",
        "POST /ops/dead-letters/{dead_letter_id}/replay",
        "POST /ops/dead-letters/{dead_letter_id}/discard",
        "POST /ops/effects/retry",
        "POST /ops/effects/{effect_id}/retry",
        "POST /ops/effects/{effect_id}/give-up",
        "POST /ops/reconcile",
    ),
}
ROUTES: Mapping[str, Scope | Whom] = {route: needed for needed, routes in _ROUTES.items() for route in routes}
"""By method and path below ``/api/v1``, as the route's template has it."""


class InsufficientScope(Problem):
    """The key may not do this; ``missing`` says which scope it lacks."""

    code, status = "insufficient_scope", 403
    ja = "このAPIキーには、この操作に必要な権限(スコープ)「{scope}」がありません。"
    en = "This API key lacks the scope that this takes: {scope}."

    def __init__(self, scope: Scope) -> None:
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        super().__init__(scope=scope.value, extra={"missing": [scope.value]}, headers={"WWW-Authenticate": challenge})


class NotForKeys(Problem):
    """Only people who signed in may do this: what makes keys, passwords, administrators, or a consent in a browser."""

    code, status = "not_for_keys", 403
    ja = "この操作はAPIキーでは行えません。サインインして行ってください。"
    en = "API keys may not do this. Please sign in to do it."


def check_scope(scopes: Iterable[Scope], method: str, path: str) -> None:
    """Raises ``InsufficientScope``, ``NotForKeys``."""
    needed = ROUTES.get(f"{'GET' if method == 'HEAD' else method} {path}", Whom.PEOPLE)
    if needed is Whom.PEOPLE:
        raise NotForKeys()
    if isinstance(needed, Scope) and not covers(scopes, needed):
        raise InsufficientScope(needed)


def covers(scopes: Iterable[Scope], needed: Scope) -> bool:
    """Whoever may change something may read it."""
    noun, _, verb = needed.partition(":")
    given = {scope.value for scope in scopes}
    return needed.value in given or (verb == "read" and f"{noun}:write" in given)

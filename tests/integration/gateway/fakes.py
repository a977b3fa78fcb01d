"""Stand-ins for the services behind the gateway: they answer what a test says, keep what was asked, and can be down."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import httpx

from tests.integration.gateway.contact_views import CONTACTS
from tests.integration.gateway.operation_views import OPERATIONS
from tests.integration.gateway.page_views import PAGES
from tests.integration.gateway.templates import TEMPLATES
from tests.integration.gateway.webhook_views import WEBHOOKS

SLOT = {"start": "2030-12-02T13:00:00+09:00", "end": "2030-12-02T14:00:00+09:00"}
GUEST_TOKEN = "AbCdEfGhIjKlMnOpQrStUv"
_JSON = {"content-type": "application/json"}
_TARO = {"staff_id": "stf_taro", "name": "山田太郎", "email": "taro@example.jp"}
_WHO = {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp"}


def a_proposal_view(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": "prp_1",
        "version": 3,
        "status": "open",
        "kind": "web",
        "title": "ABC株式会社:田中花子 様",
        "guest_url": f"http://gateway/g/{GUEST_TOKEN}",
        "creator": _TARO,
        "organizer_id": "stf_taro",
        "attendees": [_TARO],
        "slots": [{"id": "slt_1", **SLOT, "room_id": None, "status": "open"}],
        "guest": _WHO,
        "send_mail": True,
        "guidance": "",
        "note": "",
        "visibility": "default",
        "platform": "zoom",
        "address": None,
        "issue_reception_code": False,
        "issue_web_meeting": True,
        "expires_at": SLOT["start"],
        "time_zone": "Asia/Tokyo",
        "created_at": "2026-11-20T10:00:00+09:00",
        "updated_at": "2026-11-20T10:00:00+09:00",
        "asked_again_at": None,
        "guest_message": "",
        "appointment_id": None,
        "hidden": False,
        "can_change": True,
        "effects": [{"effect": "mail", "of": "guest", "status": "pending", "reason": None, "until": None}],
    }
    return values | changes


def an_appointment_view(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": "apt_1",
        "version": 2,
        "status": "confirmed",
        **SLOT,
        "time_zone": "Asia/Tokyo",
        "kind": "web",
        "title": "ABC株式会社:田中花子 様",
        "proposal_id": "prp_1",
        "page_id": None,
        "creator": _TARO,
        "organizer_id": "stf_taro",
        "attendees": [_TARO],
        "guest": _WHO,
        "guest_time_zone": "",
        "guest_locale": "",
        "guest_url": "",
        "note": "",
        "guidance": "",
        "visibility": "default",
        "address": None,
        "room_id": None,
        "meeting": {"status": "pending", "join_url": None, "meeting_id": None, "passcode": None, "error": None},
        "calendar": {"status": "pending"},
        "reception_code": None,
        "outcome": "scheduled",
        "cancel_message": "",
        "confirmed_at": "2026-11-20T10:00:00+09:00",
        "updated_at": "2026-11-20T10:00:00+09:00",
        "hidden": False,
        "can_change": True,
        "effects": [],
    }
    return values | changes


def a_guest_view(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "status": "open",
        "kind": "web",
        "title": "ABC株式会社:田中花子 様",
        "organization_name": "株式会社サンプル",
        "product_name": "Chosei",
        "host_names": ["山田太郎"],
        "platform": "zoom",
        "address": None,
        "slots": [{"id": "slt_1", **SLOT}],
        "time_zone": "Asia/Tokyo",
        "locale": "ja",
        "guest": {"company": "", "name": "", "email_masked": ""},
        "expires_at": SLOT["start"],
        "can_ask_again": True,
        "appointment": None,
    }
    return values | changes


def a_guest_appointment(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": "apt_1",
        "status": "confirmed",
        **SLOT,
        "time_zone": "Asia/Tokyo",
        "title": "打ち合わせ",
        "kind": "web",
        "attendees": ["山田太郎"],
        "meeting": {"status": "pending", "join_url": None, "meeting_id": None, "passcode": None, "error": None},
        "guest": _WHO,
        "address": None,
        "reception_code": None,
        "guidance": "",
        "organization_name": "株式会社サンプル",
        "manage_url": f"http://gateway/g/{GUEST_TOKEN}",
    }
    return values | changes


def a_meeting_type(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": "mtp_1",
        "version": 1,
        "name": "Web会議(Zoom)",
        "location": "zoom",
        "place": "",
        "duration_minutes": 60,
        "reveal": {"link": "at_once", "notices": []},
        "color": "blue",
        "archived": False,
        "created_at": "2026-11-20T10:00:00Z",
        "updated_at": "2026-11-20T10:00:00Z",
    }
    return values | changes


def a_bookable(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": "bkb_1",
        "version": 1,
        "name": "相談窓口",
        "type": "time",
        "capacity": 3,
        "staff_id": None,
        "room_id": None,
        "room_name": None,
        "zoom_user_id": None,
        "meeting_type_ids": ["mtp_1"],
        "archived": False,
        "created_at": "2026-11-20T10:00:00Z",
        "updated_at": "2026-11-20T10:00:00Z",
    }
    return values | changes


def a_timeline_entry(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "entry_id": "evt_1",
        "organization_id": "org_1",
        "about": ["apt_1"],
        "at": "2026-11-20T01:00:00Z",
        "type": "chosei.zoom_issuer.meeting_issued.v1",
        "actor": "guest",
        "facts": {},
        "calls": [{"at": "2026-11-20T01:00:00Z", "provider": "zoom", "operation": "meetings.create", "result": "201"}],
    }
    return values | changes


def a_problem(status: int, code: str, detail: str = "だめです。") -> dict[str, Any]:
    return {"type": f"urn:chosei:problem:{code}", "title": "-", "status": status, "detail": detail, "code": code}


@dataclass(frozen=True)
class Answer:
    """What a service says; a ``body`` that can be called reads the request first."""

    status: int
    body: Any = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def _usual() -> dict[tuple[str, str], Answer]:
    """By service and the start of the path, longest first; every method unless named."""
    proposal, appointment = Answer(200, a_proposal_view()), Answer(200, an_appointment_view())
    timeline = Answer(200, {"items": [a_timeline_entry()], "next_cursor": None})
    return (
        {
            ("booking", "POST /internal/proposals/preview"): Answer(
                200, {"event": "booking.slots_proposed.v1", "subject": "prp_x", "data": {"sealed": "…"}}
            ),
            ("booking", "POST /internal/proposals"): Answer(201, a_proposal_view()),
            ("booking", "GET /internal/proposals?"): Answer(200, {"items": [a_proposal_view()], "next_cursor": None}),
            ("booking", "GET /internal/proposals/prp_1/slots.txt"): Answer(
                200, text="2030年12月2日(月) 13:00 ～ 14:00\n"
            ),
            ("booking", "GET /internal/proposals/prp_1"): proposal,
            ("booking", "PATCH /internal/proposals/prp_1"): proposal,
            ("booking", "DELETE /internal/proposals/prp_1"): Answer(200, a_proposal_view(status="withdrawn")),
            ("booking", "POST /internal/appointments"): Answer(201, an_appointment_view()),
            ("booking", "GET /internal/appointments?"): Answer(
                200, {"items": [an_appointment_view()], "next_cursor": None}
            ),
            ("booking", "GET /internal/appointments/apt_1"): appointment,
            ("booking", "GET /internal/proposals/prp_1/timeline"): timeline,
            ("booking", "GET /internal/appointments/apt_1/timeline"): timeline,
            ("booking", "PATCH /internal/appointments/apt_1"): appointment,
            ("booking", "POST /internal/appointments/apt_1/cancel"): Answer(
                200, an_appointment_view(status="canceled")
            ),
            ("booking", "POST /internal/appointments/apt_1/drift"): appointment,
            ("booking", "DELETE /internal/appointments/apt_1"): Answer(200, an_appointment_view(status="canceled")),
            ("booking", "GET /internal/meeting-types?"): Answer(
                200, {"items": [a_meeting_type()], "next_cursor": None}
            ),
            ("booking", "POST /internal/meeting-types"): Answer(201, a_meeting_type()),
            ("booking", "GET /internal/meeting-types/mtp_1"): Answer(200, a_meeting_type()),
            ("booking", "PATCH /internal/meeting-types/mtp_1"): Answer(200, a_meeting_type(version=2)),
            ("booking", "DELETE /internal/meeting-types/mtp_1"): Answer(200, a_meeting_type(archived=True)),
            ("booking", "GET /internal/bookables?"): Answer(200, {"items": [a_bookable()], "next_cursor": None}),
            ("booking", "POST /internal/bookables"): Answer(201, a_bookable()),
            ("booking", "GET /internal/bookables/bkb_1"): Answer(200, a_bookable()),
            ("booking", "PATCH /internal/bookables/bkb_1"): Answer(200, a_bookable(version=2)),
            ("booking", "DELETE /internal/bookables/bkb_1"): Answer(200, a_bookable(archived=True)),
            ("booking", "GET /internal/claims"): Answer(200, {"items": []}),
            ("booking", "GET /internal/guest/proposal"): Answer(200, a_guest_view()),
            ("booking", "POST /internal/guest/proposal/confirm"): Answer(201, a_guest_appointment()),
            ("booking", "POST /internal/guest/page/intro/bookings"): Answer(201, a_guest_appointment()),
            ("booking", "GET /internal/guest/appointment"): Answer(200, a_guest_appointment()),
            ("booking", "POST /internal/guest/appointment/reschedule"): Answer(200, a_guest_appointment(sequence=2)),
            ("booking", "POST /internal/guest/appointment/cancel"): Answer(200, a_guest_appointment(status="canceled")),
            ("booking", "POST /internal/guest/proposal/ask-again"): Answer(202, {"status": "accepted"}),
            ("booking", "POST /internal/guest/proposal/seen"): Answer(204, text=""),
            ("booking", "GET /internal/explain"): Answer(200, {"claims": []}),
            ("booking", "GET /internal/suggestions"): Answer(200, {"slots": [SLOT], "unreadable": []}),
            ("calendar_sync", "GET /internal/explain"): Answer(
                200, {"status": "not_connected", "calendars": [], "entries": []}
            ),
            ("notifier", "POST /internal/preview"): Answer(
                200, {"subject": "件名", "text": "本文", "html": "<p>本文</p>"}
            ),
            ("calendar_sync", "GET /internal/busy"): Answer(200, {"items": []}),
            ("calendar_sync", "GET /internal/connections"): Answer(
                200,
                {
                    "items": [
                        {"provider": "google", "status": "connected", "account": "taro@example.jp"},
                        {"provider": "microsoft", "status": "disconnected", "account": None},
                    ]
                },
            ),
            ("calendar_sync", "GET /internal/connections/frozen"): Answer(200, {"items": []}),
            ("zoom_issuer", "GET /internal/connections"): Answer(
                200, {"items": [{"provider": "zoom", "status": "disconnected", "account": ""}]}
            ),
            ("calendar_sync", "POST /internal/notifications"): Answer(200, {"status": 202, "text": ""}),
        }
        | {("booking", what): Answer(status, body) for what, (status, body) in (PAGES | CONTACTS).items()}
        | {("notifier", what): Answer(status, body) for what, (status, body) in (TEMPLATES | WEBHOOKS).items()}
        | {key: Answer(status, body) for key, (status, body) in OPERATIONS.items()}
        | {
            (service, f"{method} /internal/connections/{provider}{rest}"): Answer(200, body | {"provider": provider})
            for service, provider in (
                ("zoom_issuer", "zoom"),
                ("calendar_sync", "google"),
                ("calendar_sync", "microsoft"),
            )
            for method, rest, body in (
                ("POST", "/authorize", {"authorize_url": f"https://{provider}.example/authorize?state=s"}),
                ("POST", "/callback", {"staff_id": "stf_taro", "status": "connected", "account": "taro@example.jp"}),
                ("DELETE", "", {"status": "disconnected", "account": None}),
                ("POST", "/resume", {"status": "connected", "account": "taro@example.jp"}),
            )
        }
    )


class FakeServices:
    """The network between the gateway and the services. ``asked`` keeps every request; ``judge`` may refuse one."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.judge: Callable[[httpx.Request], Answer | None] = lambda _: None
        self.reset()

    def reset(self) -> None:
        self.asked.clear()
        self.down: set[str] = set()
        self.gate: asyncio.Event | None = None
        self._answers: dict[tuple[str, str], Answer | Exception] = {**_usual()}

    def says(self, service: str, what: str, answer: Answer | Exception) -> None:
        self._answers = {(service, what): answer} | {k: v for k, v in self._answers.items() if k != (service, what)}

    def transport(self) -> httpx.AsyncBaseTransport:
        return httpx.MockTransport(self._answer)

    def last(self, service: str) -> httpx.Request:
        return next(request for request in reversed(self.asked) if request.url.host == service)

    def count(self, method: str, path: str) -> int:
        return sum(1 for request in self.asked if request.method == method and request.url.path == path)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        service = request.url.host
        if service in self.down:
            raise httpx.ConnectError("refused")
        if request.url.path == "/healthz":
            return httpx.Response(200, json={"status": "ok"})
        self.asked.append(request)
        if self.gate is not None:
            await self.gate.wait()
        found = self.judge(request) or self._find(service, f"{request.method} {request.url.path}?")
        if isinstance(found, Exception):
            raise found
        if found is None:
            return httpx.Response(404, json=a_problem(404, "not_found"))
        if found.text is not None:
            return httpx.Response(found.status, text=found.text, headers=dict(found.headers))
        body = found.body(request) if callable(found.body) else found.body
        body = await body if isawaitable(body) else body
        return httpx.Response(found.status, content=json.dumps(body), headers=_JSON | dict(found.headers))

    def _find(self, service: str, asked: str) -> Answer | Exception | None:
        matches = [what for name, what in self._answers if name == service and asked.startswith(what)]
        return self._answers[service, max(matches, key=len)] if matches else None

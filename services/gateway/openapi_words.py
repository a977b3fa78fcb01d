"""What the API's description says beside the routes themselves: what its tags are, and examples of requests. A linter
holds the examples against their schemas.
"""

from collections.abc import Mapping
from typing import Any

TAGS: Mapping[str, str] = {
    "sessions": "Signing in and out, the first set-up, and choosing a password by invitation.",
    "staff": "The people of the organization, and the caller among them.",
    "organization": "The organization's settings.",
    "api keys": "Keys for programs, with scopes. Made, listed and revoked by administrators, never by keys.",
    "connections": "The caller's own accounts at Zoom, Google and Microsoft.",
    "calendar": "Busy and free times of staff, why a time is not free, and the caller's own calendar feed.",
    "rooms": "Buildings and rooms that calendars know.",
    "meeting types": "What kinds of meeting there are, and which tool each uses.",
    "bookables": "What can be booked, with its capacity.",
    "pages": "Scheduling pages of staff, and their free times.",
    "contacts": "Guests with what they booked.",
    "proposals": "Candidate times that were offered to a guest, of which they choose one.",
    "appointments": "What was registered, booked or confirmed.",
    "guest": "What guests do by the link that they were sent, which is all the authorization there is.",
    "mail templates": "The words of mails.",
    "zoom account": "The organization's Zoom account and its users.",
    "webhooks": "Addresses to which events are posted, and what came back.",
    "events": "The catalogue of events: examples, schemas by version, AsyncAPI. Open to everybody.",
    "operations": "What waits and what failed.",
}
API_KEY = (
    "An API key (`csk_…`) of POST /api-keys. It acts as whoever made it, within its scopes; each operation names the "
    "one that it takes, and `…:write` includes `…:read`. What is missing is 403 `insufficient_scope`."
)
GUEST_LINK = (
    "The unguessable token of the guest's link. It is all the authorization there is: `Authorization` and cookies are "
    "ignored here."
)
_START, _END = "2026-12-01T13:00:00+09:00", "2026-12-01T14:00:00+09:00"
_GUEST = {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp"}
REQUESTS: Mapping[str, Any] = {
    "sign_in": {"email": "taro@example.jp", "password": "correct horse battery staple"},
    "make_api_key": {
        "name": "CRM",
        "scopes": ["appointments:read", "contacts:write"],
        "expires_at": "2027-12-01T00:00:00+09:00",
    },
    "add_staff": {"name": "山田太郎", "kana": "やまだたろう", "email": "taro@example.jp", "role": "member"},
    "change_organization": {"product_name": "Chosei", "time_zone": "Asia/Tokyo", "reminder_time": "07:00"},
    "propose": {"kind": "web", "slots": [{"start": _START, "end": _END}], "guest": _GUEST, "send_mail": True},
    "change_proposal": {"title": "お打ち合わせ", "send_mail": False},
    "register_appointment": {"kind": "web", "title": "お打ち合わせ", "start": _START, "end": _END, "guest": _GUEST},
    "change_appointment": {"start": _START, "end": _END},
    "cancel_appointment": {"message": "都合により中止させていただきます。"},
    "record_outcome": {"outcome": "completed"},
    "make_meeting_type": {"name": "Web会議(Zoom)", "location": "zoom", "duration_minutes": 60},
    "make_webhook": {"url": "https://crm.example.jp/hooks/chosei", "events": ["booking.*"], "description": "CRM"},
    "rotate_webhook_secret": {"old_valid_hours": 24},
    "replay_webhook": {"since": "2026-11-20T00:00:00+09:00"},
    "replay_dead_letters": {"service": "notifier", "match": "NotYet"},
    "discard_dead_letter": {"reason": "登録し直したため不要"},
    "retry_effects": {"service": "zoom_issuer"},
    "give_up_effect": {"reason": "電話で実施したため"},
    "guest_confirm_slot": {"slot_id": "slt_1", **_GUEST, "time_zone": "Asia/Tokyo", "locale": "ja"},
    "guest_ask_for_other_slots": {"message": "来週の午後は可能でしょうか。"},
    "guest_book_time": {"start": _START, "duration": 30, "guest": _GUEST, "time_zone": "Asia/Tokyo"},
    "guest_reschedule_appointment": {"start": _START},
    "guest_cancel_appointment": {"reason": "予定が重なりました。"},
}
"""By operation."""
PROBLEMS: Mapping[int, tuple[str, str]] = {
    400: ("bad_json", "JSONとして読み取れません。"),
    401: ("unauthorized", "サインインしてください。"),
    403: ("insufficient_scope", "このAPIキーには、この操作に必要な権限(スコープ)「appointments:write」がありません。"),
    404: ("not_found", "見つかりませんでした。"),
    409: ("slot_taken", "この日時は、先にほかの予定が入りました。"),
    410: ("expired", "この調整は期限が切れました。"),
    412: ("version_mismatch", "ほかの人が先に変更しました。最新の内容を読み込んでください。"),
    413: ("body_too_large", "送信された内容が大きすぎます。"),
    415: ("unsupported_media_type", "JSONで送信してください。"),
    422: ("invalid", "入力内容に誤りがあります。"),
    429: ("too_many_requests", "回数が多すぎます。しばらくしてからもう一度お試しください。"),
    502: ("provider_failed", "接続先がエラーを返しました。"),
    503: ("unavailable", "ただいま処理できません。しばらくしてからもう一度お試しください。"),
}
"""One code of each status, and what it says."""

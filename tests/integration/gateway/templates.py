"""What notifier says of a mail template."""

from typing import Any

SUBJECT, HEADING = "[{{ company }}]アポイントメントの日程が確定しました[{{ product }}]", "日程が確定しました"
BODY = "{{ greeting }}\n\n{{ details_block }}\n\n{{ zoom_block }}"


def a_template_summary(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": "confirmed.guest",
        "language": "ja",
        "purpose": "confirmed",
        "audience": "guest",
        "about": "appointment",
        "title": "日程の確定",
        "version": 0,
        "changed": False,
        "changed_at": None,
        "changed_by": None,
        "broken": None,
    }
    return values | changes


def a_template_view(**changes: Any) -> dict[str, Any]:
    default = {"subject": SUBJECT, "heading": HEADING, "body": BODY}
    values: dict[str, Any] = {
        **a_template_summary(),
        **default,
        "default": default,
        "placeholders": [
            {
                "name": "zoom_block",
                "form": "block",
                "description": "Web会議の参加方法",
                "sample": "https://zoom.us/j/1",
            },
            {"name": "guest", "form": "text", "description": "お客様のお名前", "sample": "田中花子"},
        ],
        "required": [["zoom_block"]],
        "filters": ["default"],
    }
    return values | changes


_ONE = "/internal/mail-templates/confirmed.guest"
TEMPLATES: dict[str, tuple[int, dict[str, Any]]] = {
    "GET /internal/mail-templates?": (
        200,
        {"items": [a_template_summary(), a_template_summary(language="en")], "next_cursor": None},
    ),
    f"GET {_ONE}": (200, a_template_view()),
    f"PUT {_ONE}": (200, a_template_view(version=1, changed=True)),
    f"DELETE {_ONE}": (200, a_template_view(version=2)),
    f"POST {_ONE}/preview": (200, {"subject": "件名", "text": "本文", "html": "<p>本文</p>"}),
}
"""By method and path: status and body."""

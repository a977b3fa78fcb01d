"""Descriptions edited in Google's or Microsoft's own pages are read as text (E4)."""

from services.calendar_sync.providers import google_mapping, microsoft_mapping
from services.calendar_sync.providers.plain_text import plain_text


def test_lines_stay_lines_and_marks_go() -> None:
    html = "<style>p {}</style><p>持ち物: <b>資料</b></p>\r\n<div>A &amp; B<br>C</div>"
    assert plain_text(html) == "持ち物: 資料\nA & B\nC"


def test_what_is_no_tag_stays() -> None:
    assert plain_text("a < b, 1<2\n<3") == "a < b, 1<2\n<3"


def test_both_providers_say_what_is_typed() -> None:
    google = google_mapping.to_state({"status": "confirmed", "description": "一<br>二"}, "Asia/Tokyo")
    html = {"body": {"contentType": "html", "content": "<p>一</p><p>二</p>"}}
    microsoft = microsoft_mapping.to_state(html, "Asia/Tokyo")
    assert google is not None
    assert microsoft is not None
    assert google.description == microsoft.description == "一\n二"
    assert (microsoft_mapping.to_state({}, "Asia/Tokyo") or google).description is None

"""A timeline in plain words, and as lines of a page (X3)."""

from datetime import timedelta
from typing import Any

import pytest

from services.gateway.pages.timeline_items import timeline_list
from services.gateway.pages.timeline_rows import rows_of
from services.gateway.usecases.read_timeline import Told
from shared.contracts.api.timeline import TimelineItem
from shared.contracts.provider_calls import ProviderCall
from shared.contracts.timeline import Facts, TimelineEntry, TimelinePage
from shared.problem import Language
from tests.unit.gateway.pages.builders import START

NAMES = {"stf_1": "山田 太郎", "stf_2": "佐藤 花子"}


def an_entry(name: str, **changes: Any) -> TimelineEntry:
    facts = Facts(**{key: changes.pop(key) for key in list(changes) if key in Facts.model_fields})
    values = {
        "entry_id": "evt_1",
        "organization_id": "org_1",
        "about": ["apt_1"],
        "at": START,
        "type": f"chosei.{name}.v1",
        "actor": "guest",
        "facts": facts,
        **changes,
    }
    return TimelineEntry(**values)


def items(*entries: TimelineEntry, language: Language = "ja") -> list[TimelineItem]:
    return timeline_list(Told(TimelinePage(items=list(entries)), NAMES), zone="Asia/Tokyo", language=language).items


@pytest.mark.parametrize(
    ("entry", "title", "detail"),
    [
        (
            an_entry("booking.payment_recorded", reason="held", amount=5500, currency="jpy", until=START),
            "お支払いを待って日時を確保しました",
            "￥5,500 · お支払いの期限 2026年12月1日(火) 13:00",
        ),
        (
            an_entry("booking.payment_recorded", reason="refund_failed", amount=1250, currency="usd"),
            "返金できませんでした",
            "$12.50",
        ),
        (an_entry("zoom_issuer.meeting_issued"), "Zoomミーティングを発行しました", ""),
        (
            an_entry("booking.appointment_changed", link_stays_known=True),
            "アポイントメントの内容を変更しました",
            "参加しなくなった方が、手入力されたURLを知っています。別のURLを入力してください",
        ),
        (
            an_entry("notifier.notification_sent", purpose="confirmed", audience="guest"),
            "お客様にメールを送りました(日程確定のお知らせ)",
            "",
        ),
        (
            an_entry("notifier.notification_sent", purpose="confirmed", audience="guest", reason="template_failed"),
            "お客様にメールを送りました(日程確定のお知らせ)",
            "会社の文面に不具合があったため、既定の文面で送信",
        ),
        (
            an_entry(
                "notifier.notification_failed", purpose="link", audience="staff", reason="issued", suppressed=True
            ),
            "担当者へのメールは送りませんでした(Web会議URLのご案内)",
            "URLが発行されたため",
        ),
        (an_entry("calendar_sync.room_responded", reason="declined"), "会議室の予約が取れませんでした", ""),
        (an_entry("booking.appointment_changed"), "アポイントメントの内容を変更しました", ""),
        (an_entry("booking.appointment_changed", reason="link_entered"), "Web会議のURLを手入力しました", ""),
        (
            an_entry("booking.appointment_changed", reason="link_removed"),
            "手入力したWeb会議のURLを取り消し、Zoomでの発行に戻しました",
            "",
        ),
        (
            an_entry("calendar_sync.calendar_entry_written", staff_ids=["stf_1", "stf_2"], provider="google"),
            "カレンダーに予定を登録しました",
            "山田 太郎、佐藤 花子 · Google",
        ),
        (
            an_entry(
                "calendar_sync.calendar_write_failed",
                staff_ids=["stf_1"],
                slot_ids=["slt_1"],
                reason="503 backendError",
                until=START + timedelta(minutes=1),
            ),
            "仮予定を更新できませんでした",
            "山田 太郎 · 接続先が応答しないため · 2026年12月1日(火) 13:01 に再試行",
        ),
        (
            an_entry(
                "booking.appointment_rescheduled",
                previous_start_at=START,
                previous_end_at=START + timedelta(hours=1),
                start_at=START + timedelta(hours=2),
                end_at=START + timedelta(hours=3),
            ),
            "日時を変更しました",
            "2026年12月1日(火) 13:00 ～ 14:00 → 2026年12月1日(火) 15:00 ～ 16:00",
        ),
        (
            an_entry("booking.slots_changed", reason="taken", slot_ids=["slt_1"]),
            "ほかの予定が入った日時候補を取り除きました",
            "残りの日時候補 1件",
        ),
        (
            an_entry("booking.slots_changed", reason="edited", slot_ids=["slt_1", "slt_2"]),
            "日程調整の内容を変更しました",
            "日時候補 2件",
        ),
        (
            an_entry(
                "booking.appointment_rescheduled",
                previous_start_at=START,
                previous_end_at=START + timedelta(hours=1),
                start_at=START + timedelta(hours=2),
                end_at=START + timedelta(hours=3),
                occurrence=True,
            ),
            "定例の1回を別の日時に移しました",
            "2026年12月1日(火) 13:00 ～ 14:00 → 2026年12月1日(火) 15:00 ～ 16:00",
        ),
        (
            an_entry("booking.appointment_changed", start_at=START, end_at=START + timedelta(hours=1), occurrence=True),
            "定例の1回をキャンセルしました",
            "2026年12月1日(火) 13:00 ～ 14:00",
        ),
        (an_entry("later.something_new"), "記録(something_new)", ""),
    ],
)
def test_an_event_is_one_sentence(entry: TimelineEntry, title: str, detail: str) -> None:
    [item] = items(entry)
    assert (item.title, item.detail) == (title, detail)


@pytest.mark.parametrize(
    ("actor", "kind", "name"),
    [
        ("staff:stf_1", "staff", "山田 太郎"),
        ("staff:stf_gone", "staff", "担当者"),
        ("guest", "guest", "お客様"),
        ("provider:google", "provider", "Google"),
        ("system", "system", "自動"),
        ("martian", "system", "自動"),
    ],
)
def test_who_caused_it_has_a_name(actor: str, kind: str, name: str) -> None:
    [item] = items(an_entry("zoom_issuer.meeting_issued", actor=actor))
    assert (item.actor.kind, item.actor.name) == (kind, name)


def test_it_is_told_in_the_readers_language() -> None:
    [item] = items(an_entry("zoom_issuer.meeting_issued"), language="en")
    assert (item.title, item.actor.name) == ("Zoom meeting created", "Guest")


def test_entries_of_one_minute_that_say_the_same_of_several_calendars_are_one_line() -> None:
    call = ProviderCall(at=START, provider="google", operation="events.insert", result="200")
    held = [
        an_entry("calendar_sync.holds_placed", staff_ids=[staff], calls=[call]) for staff in ("stf_1", "stf_2", "stf_1")
    ]
    [placed, mailed] = rows_of(items(held[0], an_entry("zoom_issuer.meeting_issued"), *held[1:]), "Asia/Tokyo", "ja")
    assert (placed.count, placed.details) == (3, ["山田 太郎", "佐藤 花子"])
    assert placed.calls == ["13:00:00 Google events.insert → 200"] * 3
    assert (mailed.count, mailed.calls) == (1, [])


def test_what_happens_later_is_another_line() -> None:
    later = an_entry("calendar_sync.holds_placed", at=START + timedelta(minutes=1))
    assert len(rows_of(items(an_entry("calendar_sync.holds_placed"), later), "Asia/Tokyo", "ja")) == 2

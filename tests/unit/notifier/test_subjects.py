"""R18, R25, R27, C4 and api.md's table, word for word."""

import pytest

from services.notifier.mails.subjects import Names, reminder_word, subject
from shared.contracts.booking import Kind
from shared.contracts.notifier import Audience, Purpose
from tests.unit.notifier.golden_files import golden

GUEST, STAFF, ADMINS = Audience.GUEST, Audience.STAFF, Audience.ADMINS
NAMES = Names("株式会社サンプル", "Chosei", "ABC株式会社", "田中花子", "hanako@example.com", Kind.WEB, "[AM]10:30")
ALARMS = (
    Purpose.ISSUE_FAILED,
    Purpose.SYNC_FROZEN,
    Purpose.TEMPLATE_BROKEN,
    Purpose.ZOOM_ACCOUNT_ENDED,
    Purpose.BUDGET_GONE,
    Purpose.WEBHOOK_DISABLED,
)
PAIRS = [
    (purpose, audience)
    for purpose in Purpose
    if purpose is not Purpose.REPLACED  # told as a cancellation
    for audience in Audience
    if (purpose in ALARMS) == (audience is ADMINS)
    and (purpose, audience)
    not in {
        (Purpose.SLOTS_CHANGED, STAFF),
        (Purpose.WITHDRAWN, STAFF),
        (Purpose.EXPIRED, GUEST),
        (Purpose.NEW_SLOTS_REQUESTED, GUEST),
        (Purpose.SLOTS_RUNNING_LOW, GUEST),
        (Purpose.UNANSWERED, GUEST),
        (Purpose.CONNECTION_BROKEN, GUEST),
        (Purpose.INVITED, GUEST),
    }
]


@pytest.mark.parametrize(
    ("purpose", "audience", "expected"),
    [
        (Purpose.PROPOSED, GUEST, "[株式会社サンプル]アポイントメントの日程調整をお願いします[Chosei]"),
        (Purpose.PROPOSED, STAFF, "[田中花子]さまとの日程調整を依頼しました[Chosei]"),
        (Purpose.CONFIRMED, GUEST, "[株式会社サンプル]アポイントメントの日程が確定しました[Chosei]"),
        (Purpose.CONFIRMED, STAFF, "ABC株式会社:田中花子様"),
        (Purpose.RESCHEDULED, GUEST, "[株式会社サンプル]アポイントメントの日程が変更されました[Chosei]"),
        (Purpose.RESCHEDULED, STAFF, "日程変更:ABC株式会社:田中花子様"),
        (Purpose.CANCELED, GUEST, "[株式会社サンプル]アポイントメントがキャンセルされました[Chosei]"),
        (Purpose.CANCELED, STAFF, "キャンセル:ABC株式会社:田中花子様"),
        (Purpose.LINK, GUEST, "[株式会社サンプル]Web会議URLのご案内[Chosei]"),
        (Purpose.LINK, STAFF, "Web会議URL:ABC株式会社:田中花子様"),
        (Purpose.EXPIRED, STAFF, "期限切れ:ABC株式会社:田中花子様"),
        (Purpose.NEW_SLOTS_REQUESTED, STAFF, "候補日の追加依頼:ABC株式会社:田中花子様"),
        (Purpose.SLOTS_RUNNING_LOW, STAFF, "残りの候補日が少なくなりました:ABC株式会社:田中花子様"),
        (Purpose.UNANSWERED, STAFF, "返信待ち:ABC株式会社:田中花子様"),
        (Purpose.REMINDER, GUEST, "[株式会社サンプル]本日のWeb会議予定のリマインド: [AM]10:30[Chosei]"),
        (Purpose.REMINDER, STAFF, "本日のWeb会議予定のリマインド: [AM]10:30 ABC株式会社:田中花子様[Chosei]"),
        (Purpose.CONNECTION_BROKEN, STAFF, "【Chosei】連携が切れました"),
        (Purpose.SYNC_FROZEN, ADMINS, "【Chosei】[注意!]同期を凍結しました"),
        (Purpose.ZOOM_ACCOUNT_ENDED, ADMINS, "【Chosei】[注意!]会社のZoomアカウントの連携が切れました"),
        (Purpose.ISSUE_FAILED, ADMINS, "【Chosei】[注意!]Zoom URLが発行できませんでした"),
        (Purpose.WEBHOOK_DISABLED, ADMINS, "【Chosei】[注意!]Webhookを停止しました"),
        (Purpose.INVITED, STAFF, "[株式会社サンプル]Choseiへの招待"),
    ],
)
def test_a_subject_is_what_the_specification_says(purpose: Purpose, audience: Audience, expected: str) -> None:
    assert subject(purpose, audience, "ja", NAMES) == expected


def test_the_examples_of_r27_come_out_exactly() -> None:
    guest = Names("ABC株式会社", "Chosei", kind=Kind.VISIT, time="[AM]10:30")
    staff = Names("x", "Chosei", "株式会社テスト", "山田太郎", "", Kind.VISIT, "[AM]10:30")
    assert subject(Purpose.REMINDER, GUEST, "ja", guest) == (
        "[ABC株式会社]本日の往訪予定のリマインド: [AM]10:30[Chosei]"
    )
    assert subject(Purpose.REMINDER, STAFF, "ja", staff) == (
        "本日の来訪予定のリマインド: [AM]10:30 株式会社テスト:山田太郎様[Chosei]"
    )


@pytest.mark.parametrize(
    ("kind", "to_guest", "to_staff"),
    [
        (Kind.VISIT, "往訪", "来訪"),
        (Kind.OUTBOUND, "来訪", "往訪"),
        (Kind.WEB, "Web会議", "Web会議"),
        (Kind.PHONE, "アポイントメント", "アポイントメント"),
        (Kind.LINK, "アポイントメント", "アポイントメント"),
        (Kind.NONE, "アポイントメント", "アポイントメント"),
    ],
)
def test_the_word_of_a_reminder_depends_on_kind_and_side(kind: Kind, to_guest: str, to_staff: str) -> None:
    assert (reminder_word(kind, GUEST, "ja"), reminder_word(kind, STAFF, "ja")) == (to_guest, to_staff)


@pytest.mark.parametrize(
    ("company", "name", "email", "expected"),
    [
        ("ABC株式会社", "田中花子", "h@example.com", "ABC株式会社:田中花子様"),
        ("", "田中花子", "h@example.com", "田中花子様"),
        ("ABC株式会社", "", "h@example.com", "ABC株式会社様"),
        ("", "", "h@example.com", "h@example.com様"),
    ],
)
def test_r13_company_and_colon_are_left_out_when_empty(company: str, name: str, email: str, expected: str) -> None:
    names = Names("x", "y", company, name, email)
    assert subject(Purpose.CONFIRMED, STAFF, "ja", names) == expected


def test_braces_in_names_stay_as_they_are() -> None:
    names = Names("{product}", "{0}", "", "{guest.__class__}")
    assert subject(Purpose.PROPOSED, STAFF, "ja", names) == "[{guest.__class__}]さまとの日程調整を依頼しました[{0}]"


def test_every_subject_is_as_it_was_read_and_agreed() -> None:
    rows = [
        f"{language} {purpose} {audience}: {subject(purpose, audience, language, NAMES)}"
        for language in ("ja", "en")
        for purpose, audience in PAIRS
    ]
    content = "\n".join(rows) + "\n"
    assert content == golden("subjects.txt", content)

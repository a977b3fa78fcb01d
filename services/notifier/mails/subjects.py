"""Subjects, word for word as R18, R25, R27, C4 and api.md write them (tests/unit/notifier/golden/subjects.txt)."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.booking import Kind
from shared.contracts.notifier import Audience, Purpose
from shared.wording import Language

_JA: Mapping[tuple[Purpose, Audience], str] = {
    (Purpose.PROPOSED, Audience.GUEST): "[{company}]アポイントメントの日程調整をお願いします[{product}]",
    (Purpose.PROPOSED, Audience.STAFF): "[{guest}]さまとの日程調整を依頼しました[{product}]",
    (Purpose.SLOTS_CHANGED, Audience.GUEST): "[{company}]アポイントメントの日程調整をお願いします[{product}]",
    (Purpose.WITHDRAWN, Audience.GUEST): "[{company}]アポイントメントの日程調整が取り下げられました[{product}]",
    (Purpose.EXPIRED, Audience.STAFF): "期限切れ:{guest_line}様",
    (Purpose.NEW_SLOTS_REQUESTED, Audience.STAFF): "候補日の追加依頼:{guest_line}様",
    (Purpose.SLOTS_RUNNING_LOW, Audience.STAFF): "残りの候補日が少なくなりました:{guest_line}様",
    (Purpose.UNANSWERED, Audience.STAFF): "返信待ち:{guest_line}様",
    (Purpose.REQUESTED, Audience.GUEST): "[{company}]ご予約のリクエストを受け付けました[{product}]",
    (Purpose.REQUESTED, Audience.STAFF): "承認待ちのリクエスト:{guest_line}様",
    (Purpose.DECLINED, Audience.GUEST): "[{company}]ご予約のリクエストについて[{product}]",
    (Purpose.DECLINED, Audience.STAFF): "リクエスト不成立:{guest_line}様",
    (Purpose.CONFIRMED, Audience.GUEST): "[{company}]アポイントメントの日程が確定しました[{product}]",
    (Purpose.CONFIRMED, Audience.STAFF): "{guest_line}様",
    (Purpose.RESCHEDULED, Audience.GUEST): "[{company}]アポイントメントの日程が変更されました[{product}]",
    (Purpose.RESCHEDULED, Audience.STAFF): "日程変更:{guest_line}様",
    (Purpose.CANCELED, Audience.GUEST): "[{company}]アポイントメントがキャンセルされました[{product}]",
    (Purpose.CANCELED, Audience.STAFF): "キャンセル:{guest_line}様",
    (Purpose.LINK, Audience.GUEST): "[{company}]Web会議URLのご案内[{product}]",
    (Purpose.LINK, Audience.STAFF): "Web会議URL:{guest_line}様",
    (Purpose.REMINDER, Audience.GUEST): "[{company}]本日の{reminder_word}予定のリマインド: {start_time}[{product}]",
    (Purpose.REMINDER, Audience.STAFF): "本日の{reminder_word}予定のリマインド: {start_time} {guest_line}様[{product}]",
    (Purpose.NOTICE, Audience.GUEST): "[{company}]{reminder_word}予定の直前のお知らせ: {start_time}[{product}]",
    (Purpose.NOTICE, Audience.STAFF): "{reminder_word}予定の直前のお知らせ: {start_time} {guest_line}様[{product}]",
    (Purpose.CONNECTION_BROKEN, Audience.STAFF): "【{product}】連携が切れました",
    (Purpose.SYNC_FROZEN, Audience.ADMINS): "【{product}】[注意!]同期を凍結しました",
    (Purpose.ISSUE_FAILED, Audience.ADMINS): "【{product}】[注意!]Zoom URLが発行できませんでした",
    (Purpose.BUDGET_GONE, Audience.ADMINS): "【{product}】[注意!]Zoom URLが発行できませんでした",
    (Purpose.INVITED, Audience.STAFF): "[{company}]{product}への招待",
    (Purpose.ZOOM_ACCOUNT_ENDED, Audience.ADMINS): "【{product}】[注意!]会社のZoomアカウントの連携が切れました",
    (Purpose.TEMPLATE_BROKEN, Audience.ADMINS): "【{product}】[注意!]メールの文面を使えませんでした",
    (Purpose.WEBHOOK_DISABLED, Audience.ADMINS): "【{product}】[注意!]Webhookを停止しました",
}

_EN: Mapping[tuple[Purpose, Audience], str] = {
    (Purpose.PROPOSED, Audience.GUEST): "[{company}] Please choose a time for our appointment [{product}]",
    (Purpose.PROPOSED, Audience.STAFF): "You asked {guest} to choose a time [{product}]",
    (Purpose.SLOTS_CHANGED, Audience.GUEST): "[{company}] Please choose a time for our appointment [{product}]",
    (Purpose.WITHDRAWN, Audience.GUEST): "[{company}] The proposed times were withdrawn [{product}]",
    (Purpose.EXPIRED, Audience.STAFF): "Expired: {guest_line}",
    (Purpose.NEW_SLOTS_REQUESTED, Audience.STAFF): "Other times requested: {guest_line}",
    (Purpose.SLOTS_RUNNING_LOW, Audience.STAFF): "Few times remain: {guest_line}",
    (Purpose.UNANSWERED, Audience.STAFF): "No answer yet: {guest_line}",
    (Purpose.REQUESTED, Audience.GUEST): "[{company}] Your request was received [{product}]",
    (Purpose.REQUESTED, Audience.STAFF): "Request to confirm: {guest_line}",
    (Purpose.DECLINED, Audience.GUEST): "[{company}] About your request [{product}]",
    (Purpose.DECLINED, Audience.STAFF): "Request over: {guest_line}",
    (Purpose.CONFIRMED, Audience.GUEST): "[{company}] Your appointment is confirmed [{product}]",
    (Purpose.CONFIRMED, Audience.STAFF): "Confirmed: {guest_line}",
    (Purpose.RESCHEDULED, Audience.GUEST): "[{company}] Your appointment was moved [{product}]",
    (Purpose.RESCHEDULED, Audience.STAFF): "Moved: {guest_line}",
    (Purpose.CANCELED, Audience.GUEST): "[{company}] Your appointment was canceled [{product}]",
    (Purpose.CANCELED, Audience.STAFF): "Canceled: {guest_line}",
    (Purpose.LINK, Audience.GUEST): "[{company}] Your link for the web meeting [{product}]",
    (Purpose.LINK, Audience.STAFF): "Web meeting link: {guest_line}",
    (Purpose.REMINDER, Audience.GUEST): "[{company}] Reminder of today's {reminder_word}: {start_time} [{product}]",
    (Purpose.REMINDER, Audience.STAFF): "Reminder of today's {reminder_word}: {start_time} {guest_line} [{product}]",
    (Purpose.NOTICE, Audience.GUEST): "[{company}] Your {reminder_word} is coming up: {start_time} [{product}]",
    (Purpose.NOTICE, Audience.STAFF): "Coming up: {reminder_word} {start_time} {guest_line} [{product}]",
    (Purpose.CONNECTION_BROKEN, Audience.STAFF): "[{product}] A connection was lost",
    (Purpose.SYNC_FROZEN, Audience.ADMINS): "[{product}] Attention: a sync is frozen",
    (Purpose.ISSUE_FAILED, Audience.ADMINS): "[{product}] Attention: no Zoom URL could be issued",
    (Purpose.BUDGET_GONE, Audience.ADMINS): "[{product}] Attention: no Zoom URL could be issued",
    (Purpose.INVITED, Audience.STAFF): "[{company}] Invitation to {product}",
    (Purpose.ZOOM_ACCOUNT_ENDED, Audience.ADMINS): "[{product}] Attention: the organization's Zoom account was lost",
    (Purpose.TEMPLATE_BROKEN, Audience.ADMINS): "[{product}] Attention: a mail template could not be used",
    (Purpose.WEBHOOK_DISABLED, Audience.ADMINS): "[{product}] Attention: a webhook was disabled",
}

_WORDS: Mapping[Language, Mapping[tuple[Kind, Audience], str]] = {
    "ja": {
        (Kind.VISIT, Audience.GUEST): "往訪",
        (Kind.VISIT, Audience.STAFF): "来訪",
        (Kind.OUTBOUND, Audience.GUEST): "来訪",
        (Kind.OUTBOUND, Audience.STAFF): "往訪",
        (Kind.WEB, Audience.GUEST): "Web会議",
        (Kind.WEB, Audience.STAFF): "Web会議",
    },
    "en": {
        (Kind.VISIT, Audience.GUEST): "visit",
        (Kind.VISIT, Audience.STAFF): "visit",
        (Kind.OUTBOUND, Audience.GUEST): "visit",
        (Kind.OUTBOUND, Audience.STAFF): "visit",
        (Kind.WEB, Audience.GUEST): "web meeting",
        (Kind.WEB, Audience.STAFF): "web meeting",
    },
}


@dataclass(frozen=True)
class Names:
    """What subjects are made of; ``company`` is the organization's, ``time`` that of R27. The ``title`` stands for a
    guest where there is none (E2).
    """

    company: str
    product: str
    guest_company: str = ""
    guest_name: str = ""
    guest_email: str = ""
    kind: Kind = Kind.NONE
    time: str = ""
    title: str = ""

    @property
    def guest(self) -> str:
        """Name, else company, else address (R13)."""
        return self.guest_name or self.guest_company or self.guest_email

    @property
    def guest_line(self) -> str:
        """``company:name``; company and colon are left out when empty (R13)."""
        return f"{self.guest_company}:{self.guest_name}" if self.guest_company and self.guest_name else self.guest


def reminder_word(kind: Kind, audience: Audience, language: Language) -> str:
    """R27: a visit is 往訪 to the guest and 来訪 to staff, outbound the other way round."""
    return _WORDS[language].get((kind, audience), "アポイントメント" if language == "ja" else "appointment")


def pattern(purpose: Purpose, audience: Audience, language: Language) -> str:
    """The names in it are placeholders of mail templates."""
    return (_JA if language == "ja" else _EN)[purpose, audience]


def subject(purpose: Purpose, audience: Audience, language: Language, names: Names) -> str:
    words = pattern(purpose, audience, language)
    if not names.guest:
        words = words.replace("{guest_line}様", "{title}").replace("{guest_line}", "{title}")
    return words.format(
        title=names.title,
        company=names.company,
        product=names.product,
        guest=names.guest,
        guest_line=names.guest_line,
        reminder_word=reminder_word(names.kind, audience, language),
        start_time=names.time,
    )

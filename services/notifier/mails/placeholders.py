"""The placeholders of mail templates: one line each. A ``BLOCK`` is drawn by the macro of its name in ``blocks.j2`` of
each language; a ``TEXT`` is the scene's member of that name unless the line says how else it is made.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial

from services.notifier.mails.scene import Scene
from services.notifier.mails.templating import GUARD
from shared.contracts.booking import EndOfRequest
from shared.contracts.notifier import Audience, Purpose
from shared.wording import Language


class Form(StrEnum):
    """``block``: several lines, in the body only. ``flag``: only asked by ``if``."""

    TEXT = "text"
    BLOCK = "block"
    FLAG = "flag"


Where = Callable[[Purpose, Audience], bool]
OF_PROPOSALS = (
    Purpose.PROPOSED,
    Purpose.SLOTS_CHANGED,
    Purpose.WITHDRAWN,
    Purpose.EXPIRED,
    Purpose.NEW_SLOTS_REQUESTED,
    Purpose.SLOTS_RUNNING_LOW,
    Purpose.UNANSWERED,
)
_WITHOUT_CHOICE = (Purpose.WITHDRAWN, Purpose.EXPIRED, Purpose.NEW_SLOTS_REQUESTED)
_WITH_WORDS = (Purpose.CANCELED, Purpose.DECLINED, Purpose.NEW_SLOTS_REQUESTED)
_BY_GUESTS = (Purpose.RESCHEDULED, Purpose.CANCELED)


def _anywhere(_purpose: Purpose, _audience: Audience) -> bool:
    return True


def _staff(_purpose: Purpose, audience: Audience) -> bool:
    return audience is not Audience.GUEST


def _proposals(purpose: Purpose, _audience: Audience) -> bool:
    return purpose in OF_PROPOSALS


def _appointments(purpose: Purpose, _audience: Audience) -> bool:
    return purpose not in OF_PROPOSALS


def _meetings(purpose: Purpose, _audience: Audience) -> bool:
    return purpose not in (*OF_PROPOSALS, Purpose.CANCELED, Purpose.REQUESTED, Purpose.DECLINED)


def _only(*purposes: Purpose) -> Where:
    return lambda purpose, _audience: purpose in purposes


def _worded(purpose: Purpose, audience: Audience) -> bool:
    return purpose in _WITH_WORDS or (purpose in _BY_GUESTS and audience is not Audience.GUEST)


def _choices(purpose: Purpose, _audience: Audience) -> bool:
    return purpose in OF_PROPOSALS and purpose not in _WITHOUT_CHOICE


def _asks(purpose: Purpose, audience: Audience) -> bool:
    return audience is Audience.GUEST and purpose in (Purpose.PROPOSED, Purpose.SLOTS_CHANGED)


def _has_page(purpose: Purpose, audience: Audience) -> bool:
    return audience is not Audience.GUEST or purpose not in (Purpose.WITHDRAWN, Purpose.CANCELED)


def _leads_to_page(purpose: Purpose, audience: Audience) -> bool:
    return _has_page(purpose, audience) and not _asks(purpose, audience)


def _guided(purpose: Purpose, audience: Audience) -> bool:
    return audience is Audience.GUEST and _meetings(purpose, audience)


def _answered(purpose: Purpose, audience: Audience) -> bool:
    return audience is not Audience.GUEST and purpose in (Purpose.CONFIRMED, Purpose.REQUESTED)


def _managed(purpose: Purpose, audience: Audience) -> bool:
    return _guided(purpose, audience) or (audience is Audience.GUEST and purpose is Purpose.REQUESTED)


def _expires(purpose: Purpose, _audience: Audience) -> bool:
    return purpose in OF_PROPOSALS or purpose is Purpose.REQUESTED


@dataclass(frozen=True)
class Placeholder:
    """``value`` makes a ``TEXT`` (a ``FLAG``: something or nothing) where it is no member of the scene."""

    name: str
    form: Form
    where: Where
    ja: str
    en: str
    value: Callable[[Scene], str] | None = None

    def explained(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en

    def text(self, scene: Scene) -> str:
        return self.value(scene) if self.value else str(getattr(scene, self.name))


def _made(
    form: Form, name: str, where: Where, ja: str, en: str, value: Callable[[Scene], str] | None = None
) -> Placeholder:
    return Placeholder(name, form, where, ja, en, value)


_text, _block, _flag = (partial(_made, form) for form in Form)
_ALL = (
    _block("greeting", _anywhere, "宛名(会社名とお名前)", "Greeting (company and name)"),
    _block("details_block", _anywhere, "件名・日時・場所・担当者などの一覧", "Subject, time, place and people"),
    _block("slots_block", _choices, "日時候補の一覧", "The times to choose from"),
    _block("deadline_block", _expires, "回答期限(見出し付き)", "Open until (with its label)"),
    _block("choose_button", _asks, "「日時候補から日時選択をする」ボタンとURL", "Button “Choose a time” and its URL"),
    _block("other_times_note", _asks, "別の候補を依頼できることのご案内", "That other times can be asked for"),
    _block(
        "zoom_block",
        _meetings,
        "Web会議の参加方法(URL・ミーティングID・パスワード、まだなら後で届くこと)",
        "How to join (URL, ID, passcode, or when they come)",
    ),
    _block("guidance_block", _guided, "お客様へのご案内(あれば)", "Information for the guest (if any)"),
    _block("answers_block", _answered, "予約ページの質問への回答(あれば)", "Answers to the page's questions (if any)"),
    _block(
        "manage_block",
        _managed,
        "予約ページの予定で、お客様ご自身による日程変更・キャンセルのご案内とURL(認めているときだけ)",
        "Of bookings on pages: how the guest moves or cancels (where that is allowed), with the URL",
    ),
    _block("message_block", _worded, "添えられたメッセージ(あれば)", "The message that was added (if any)"),
    _block("page_button", _leads_to_page, "内容を確認するページへのボタンとURL", "Button to the page, and its URL"),
    _text("company", _anywhere, "自社の会社名", "Your company's name"),
    _text("product", _anywhere, "件名に付けるサービス名", "The service's name in subjects"),
    _text("guest", _anywhere, "お客様のお名前(なければ会社名)", "The guest's name (else company)"),
    _text("guest_name", _anywhere, "お客様のお名前", "The guest's name"),
    _text("guest_company", _anywhere, "お客様の会社名", "The guest's company"),
    _text("guest_line", _anywhere, "お客様の「会社名:お名前」", "The guest as “company:name”"),
    _text("guest_contact", _staff, "お客様の会社名・お名前・メールアドレス", "The guest's company, name and address"),
    _text("title", _anywhere, "予定の件名", "The appointment's subject"),
    _text("people", _anywhere, "担当者", "Who attends"),
    _text("address", _anywhere, "場所・住所", "Place or address"),
    _text("price", _appointments, "料金と、お支払い・返金の状況(なければ空)", "What was paid or refunded (else empty)"),
    _text("when", _appointments, "日時(タイムゾーン付き)", "Date and time with the time zone"),
    _text("previous_when", _only(Purpose.RESCHEDULED), "変更前の日時", "The time before"),
    _text("start_time", _appointments, "開始時刻([AM]10:30 の形)", "The start, such as [AM]10:30"),
    _text("reminder_word", _appointments, "Web会議・来訪などの種類", "What it is: web meeting, visit …"),
    _text("room", lambda p, a: _staff(p, a) and _appointments(p, a), "会議室", "The room"),
    _text("reception_code", _appointments, "受付コード", "Reception code"),
    _text("guidance", _guided, "お客様へのご案内の文章", "The text of the information for the guest"),
    _text("answers", _answered, "予約ページの質問への回答の文章", "The text of the answers"),
    _text("message", _worded, "添えられたメッセージの文章", "The text of the message", lambda m: m.words),
    _text(
        "zoom_url",
        _meetings,
        "Web会議のURL(なければ空)",
        "The meeting's URL (empty if none yet)",
        lambda m: m.join.way if m.join else m.place_url,
    ),
    _text(
        "zoom_meeting_id",
        _meetings,
        "ミーティングID",
        "The meeting's ID",
        lambda m: m.join.meeting_id if m.join else "",
    ),
    _text("zoom_passcode", _meetings, "パスワード", "The passcode", lambda m: m.join.passcode if m.join else ""),
    _text("expires", _expires, "回答期限", "Open until"),
    _text("zone", _choices, "日時候補のタイムゾーン", "The time zone of the times"),
    _text(
        "remaining",
        _choices,
        "日時候補の数(なければ空)",
        "How many times there are (empty if none)",
        lambda m: str(len(m.slots) or ""),
    ),
    _text("url", _has_page, "内容を確認・選択するページのURL", "The URL of the page"),
    _text(
        "manage_url",
        _managed,
        "日程変更・キャンセルのページのURL(認めていなければ空)",
        "Where the guest moves or cancels (else empty)",
    ),
    _flag(
        "by_guest",
        lambda p, a: _staff(p, a) and p in _BY_GUESTS,
        "お客様ご自身が変更・キャンセルしたとき",
        "Where the guest moved or canceled it",
        lambda m: "1" if m.by_guest else "",
    ),
    _flag(
        "ran_out",
        _only(Purpose.DECLINED),
        "リクエストに回答がないまま期限を過ぎたとき",
        "Where nobody answered the request in time",
        lambda m: "1" if m.end_of_request is EndOfRequest.EXPIRED else "",
    ),
    _flag(
        "withdrawn",
        _only(Purpose.DECLINED),
        "お客様ご自身がリクエストを取り下げたとき",
        "Where the guest took the request back",
        lambda m: "1" if m.end_of_request is EndOfRequest.WITHDRAWN else "",
    ),
    _flag(
        "taken",
        _only(Purpose.DECLINED),
        "リクエストの日時がほかの予定で埋まったとき",
        "Where its time was taken by another appointment",
        lambda m: "1" if m.end_of_request is EndOfRequest.TAKEN else "",
    ),
    _flag(
        "link_follows",
        _meetings,
        "Web会議のURLがまだ発行されていないとき",
        "Where the link is still to come",
        lambda m: "1" if m.link_follows else "",
    ),
    _flag(
        "opened",
        _only(Purpose.UNANSWERED),
        "お客様がページを開いているとき",
        "Where the guest has opened the page",
        lambda m: "1" if m.opened else "",
    ),
)

PLACEHOLDERS: Mapping[str, Placeholder] = {placeholder.name: placeholder for placeholder in _ALL}

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f]")
BREAK = "\x1d"
"""Stands for a line break inside a value until paragraphs are told apart, so that values cannot make any."""
MARK = "\x1e"
"""Stands around a block's name."""


@cache
def placeholders_of(purpose: Purpose, audience: Audience) -> tuple[Placeholder, ...]:
    """Those that this mail knows, in the order of the table."""
    return tuple(placeholder for placeholder in _ALL if placeholder.where(purpose, audience))


def values_of(scene: Scene, blocks: Mapping[str, str]) -> dict[str, str]:
    """What each placeholder becomes; a block that draws nothing is empty. ``blocks`` are drawn as text."""
    values = {}
    for placeholder in placeholders_of(scene.purpose, scene.audience):
        name = placeholder.name
        if placeholder.form is Form.BLOCK:
            values[name] = f"{MARK}{name}{MARK}" if blocks.get(name) else ""
        else:
            text = _CONTROLS.sub("", placeholder.text(scene)).replace("\n", BREAK)
            values[name] = text if name.endswith("url") else text.replace("://", f":{GUARD}//")
    return values

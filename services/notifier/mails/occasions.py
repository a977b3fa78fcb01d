"""The mails that an organization may write itself, one line each (C6). Not here: invitations to join and what tells
staff that something of theirs is broken, which must say the same everywhere.

A new one: a line here, its subject in ``subjects.py`` and ``templates/{ja,en}/NAME.txt`` (heading, empty line, body).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.notifier.mails.placeholders import OF_PROPOSALS, Placeholder, placeholders_of
from shared.contracts.notifier import Audience, Purpose
from shared.wording import Language

STANDS_FOR: Mapping[str, tuple[str, ...]] = {"zoom_block": ("zoom_url",)}
"""What may be shown in its place when a mail is made: ``if`` can choose between the two."""

_LINK = ("zoom_block",)
_TIME = ("details_block", "when")
_CHOICE = ("choose_button", "url")
_CODE = ("details_block", "reception_code")


@dataclass(frozen=True)
class Occasion:
    """``musts``: of each group one must stand in the body, or the mail would not do what it is for (G11, G12, V7).
    Where a group's last has nothing to show, none of it is asked for when a mail is made.
    """

    purpose: Purpose
    audience: Audience
    ja: str
    en: str
    musts: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.purpose}.{self.audience}"

    @property
    def of_proposals(self) -> bool:
        return self.purpose in OF_PROPOSALS

    def title(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en

    def named(self, language: Language, template_language: Language) -> str:
        """Which of the templates it is, in words."""
        if language == "ja":
            to = "お客様宛て" if self.audience is Audience.GUEST else "社員宛て"
            return f"{self.ja}({to}、{'日本語' if template_language == 'ja' else '英語'})"
        to = "to the guest" if self.audience is Audience.GUEST else "to staff"
        return f"{self.en} ({to}, {'Japanese' if template_language == 'ja' else 'English'})"

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return placeholders_of(self.purpose, self.audience)


GUEST, STAFF = Audience.GUEST, Audience.STAFF
_ALL = (
    Occasion(Purpose.PROPOSED, GUEST, "日程調整のお願い", "Please choose a time", (_CHOICE,)),
    Occasion(Purpose.SLOTS_CHANGED, GUEST, "日時候補の変更", "The times to choose from changed", (_CHOICE,)),
    Occasion(Purpose.WITHDRAWN, GUEST, "日程調整の取り下げ", "The proposal was withdrawn"),
    Occasion(Purpose.REQUESTED, GUEST, "リクエストの受付", "A request was received", (_TIME,)),
    Occasion(Purpose.DECLINED, GUEST, "リクエストの不成立", "A request came to nothing", (_TIME,)),
    Occasion(Purpose.CONFIRMED, GUEST, "日程の確定", "The appointment is confirmed", (_TIME, _LINK, _CODE)),
    Occasion(Purpose.RESCHEDULED, GUEST, "日程の変更", "The appointment was moved", (_TIME, _LINK)),
    Occasion(Purpose.CANCELED, GUEST, "キャンセル", "The appointment was canceled", (_TIME,)),
    Occasion(Purpose.LINK, GUEST, "Web会議URLのご案内", "The link for the web meeting", (_LINK,)),
    Occasion(Purpose.REMINDER, GUEST, "当日のリマインド", "Reminder on the day", (_TIME, _LINK)),
    Occasion(Purpose.NOTICE, GUEST, "直前のお知らせ", "Notice just before", (_TIME, _LINK)),
    Occasion(Purpose.PROPOSED, STAFF, "日程調整を依頼した", "A proposal was sent"),
    Occasion(Purpose.NEW_SLOTS_REQUESTED, STAFF, "候補日の追加依頼があった", "The guest asks for other times"),
    Occasion(Purpose.SLOTS_RUNNING_LOW, STAFF, "候補日が少なくなった", "Few times remain"),
    Occasion(Purpose.UNANSWERED, STAFF, "返信がない", "No answer yet"),
    Occasion(Purpose.EXPIRED, STAFF, "日程調整の期限が切れた", "A proposal expired"),
    Occasion(Purpose.REQUESTED, STAFF, "リクエストが届いた", "A request waits", (_TIME,)),
    Occasion(Purpose.DECLINED, STAFF, "リクエストが成立しなかった", "A request came to nothing", (_TIME,)),
    Occasion(Purpose.CONFIRMED, STAFF, "日程が確定した", "An appointment is confirmed", (_TIME, _LINK)),
    Occasion(Purpose.RESCHEDULED, STAFF, "日程が変更された", "An appointment was moved", (_TIME, _LINK)),
    Occasion(Purpose.CANCELED, STAFF, "キャンセルされた", "An appointment was canceled", (_TIME,)),
    Occasion(Purpose.LINK, STAFF, "Web会議URLのお知らせ", "The link for a web meeting", (_LINK,)),
    Occasion(Purpose.REMINDER, STAFF, "当日のリマインド", "Reminder on the day", (_TIME, _LINK)),
    Occasion(Purpose.NOTICE, STAFF, "直前のお知らせ", "Notice just before", (_TIME, _LINK)),
)

OCCASIONS: Mapping[str, Occasion] = {occasion.name: occasion for occasion in _ALL}


def occasion_of(purpose: Purpose, audience: Audience) -> Occasion | None:
    """None: this mail is ours alone."""
    return OCCASIONS.get(f"{purpose}.{audience}")

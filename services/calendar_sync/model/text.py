"""The words of an entry: title, description with the Zoom block of E4, cut where the provider's limit is (R14, R15)."""

import unicodedata
from dataclasses import dataclass

from shared.contracts.booking import Appointment, Proposal

_WORDS = {
    "ja": {
        "guest": "お客様",
        "email": "メール",
        "note": "備考",
        "code": "受付コード",
        "address": "住所",
        "more": "続き",
    },
    "en": {
        "guest": "Guest",
        "email": "E-mail",
        "note": "Note",
        "code": "Reception code",
        "address": "Address",
        "more": "Continued at",
    },
}
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}


@dataclass(frozen=True)
class MeetingLink:
    """What is needed to join."""

    join_url: str
    meeting_id: str
    passcode: str

    def __repr__(self) -> str:
        return "MeetingLink(masked)"


def zoom_block(link: MeetingLink) -> str:
    """E4, word for word."""
    return (
        "【Zoom連携情報】 ---※ここ以下を編集しないでください---\n"
        f"{link.join_url}\nミーティングID: {link.meeting_id}\nパスワード: {link.passcode}"
    )


def hold_title(proposal: Proposal) -> str:
    return "【仮】" + proposal.title


def description(
    appointment: Appointment, note: str, link: MeetingLink | None, *, locale: str, limit: int, console_url: str
) -> str:
    """Guest, address and code, the note, and last the block; only the note is cut when it is too long."""
    words = _WORDS["en" if locale == "en" else "ja"]
    guest = appointment.guest
    named = " ".join(part for part in (guest.company, guest.name) if part)
    lines = [f"{words['guest']}: {named}"] if named else []
    for word, value in (("email", guest.email), ("address", appointment.address), ("code", appointment.reception_code)):
        if value:
            lines.append(f"{words[word]}: {value}")
    block = zoom_block(link) if link else ""
    head = "\n".join(lines)
    if note:
        room = limit - _length(head) - _length(block) - len(words["note"]) - 8
        note = f"{words['note']}:\n" + cut(note, room, f"…\n{words['more']}: {console_url}")
    return "\n\n".join(part for part in (head, note, block) if part)


def cut(text: str, limit: int, tail: str) -> str:
    """At most ``limit`` UTF-16 units, ending in ``tail`` when something was left out; never inside a character."""
    if _length(text) <= limit:
        return text
    room = max(0, limit - _length(tail))
    end, used = 0, 0
    for char in text:
        used += _length(char)
        if used > room:
            break
        end += 1
    while end > 0 and (_continues(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end] + tail


def _continues(char: str) -> bool:
    return char in _JOINERS or unicodedata.combining(char) != 0 or 0x1F3FB <= ord(char) <= 0x1F3FF


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

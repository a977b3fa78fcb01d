"""The words of an entry: title, description with the Zoom block of E4, cut where the provider's limit is (R14, R15)."""

from dataclasses import dataclass

from shared.contracts.booking import Appointment, Proposal
from shared.whole_characters import cut, utf16_units
from shared.zoom_block import zoom_block

_WORDS = {
    "ja": {
        "guest": "お客様",
        "email": "メール",
        "note": "備考",
        "code": "受付コード",
        "address": "住所",
        "place": "Web会議の参加方法",
        "more": "続き",
    },
    "en": {
        "guest": "Guest",
        "email": "E-mail",
        "note": "Note",
        "code": "Reception code",
        "address": "Address",
        "place": "How to join",
        "more": "Continued at",
    },
}


@dataclass(frozen=True)
class MeetingLink:
    """What is needed to join."""

    join_url: str
    meeting_id: str
    passcode: str

    def __repr__(self) -> str:
        return "MeetingLink(masked)"


def hold_title(proposal: Proposal) -> str:
    return "【仮】" + proposal.title


def description(
    appointment: Appointment,
    note: str,
    link: MeetingLink | None,
    *,
    locale: str,
    limit: int,
    console_url: str,
    place: str = "",
) -> str:
    """Guest, address and code, how to join with another tool than Zoom (C5), the note, and last the block; only the
    note is cut when it is too long.
    """
    words = _WORDS["en" if locale == "en" else "ja"]
    guest = appointment.guest
    named = " ".join(part for part in (guest.company, guest.name) if part)
    lines = [f"{words['guest']}: {named}"] if named else []
    for word, value in (("email", guest.email), ("address", appointment.address), ("code", appointment.reception_code)):
        if value:
            lines.append(f"{words[word]}: {value}")
    if place and link is None:
        lines.append(f"{words['place']}: {place}")
    block = zoom_block(link.join_url, link.meeting_id, link.passcode) if link else ""
    head = "\n".join(lines)
    if note:
        room = limit - utf16_units(head) - utf16_units(block) - len(words["note"]) - 8
        note = f"{words['note']}:\n" + cut(note, room, f"…\n{words['more']}: {console_url}", length=utf16_units)
    return "\n\n".join(part for part in (head, note, block) if part)

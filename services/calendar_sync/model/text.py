"""The words of an entry: title, description with the Zoom block of E4, cut where the provider's limit is (R14, R15)."""

from dataclasses import dataclass

from shared.contracts.booking import Appointment, Proposal
from shared.whole_characters import cut, utf16_units
from shared.zoom_block import above_block, zoom_block

_WORDS = {
    "ja": {
        "guest": "お客様",
        "email": "メール",
        "note": "備考",
        "code": "受付コード",
        "address": "住所",
        "place": "Web会議の参加方法",
        "own": "参加リンク",
        "more": "続き",
    },
    "en": {
        "guest": "Guest",
        "email": "E-mail",
        "note": "Note",
        "code": "Reception code",
        "address": "Address",
        "place": "How to join",
        "own": "Join link",
        "more": "Continued at",
    },
}


@dataclass(frozen=True)
class MeetingLink:
    """What is needed to join; ``by_hand`` where staff entered it (C4)."""

    join_url: str
    meeting_id: str
    passcode: str
    by_hand: bool = False

    def __repr__(self) -> str:
        return "MeetingLink(masked)"


@dataclass(frozen=True)
class EntryText:
    """``ours`` are the lines around the note that are Chosei's; ``shown`` is the note as far as there was room."""

    description: str
    ours: tuple[str, ...]
    note: str
    shown: str

    def typed_in(self, found: str) -> str:
        """The user's text in an entry's description as it was found (E4): what stands above the block and is not
        ours. What there was no room for stays behind its mark.
        """
        lines = above_block(found).split("\n")
        for own in self.ours:
            place = _line_of(own, lines)
            if place is not None:
                del lines[place]
        text = "\n".join(line.rstrip() for line in lines).strip()
        if self.shown == self.note:
            return text
        pairs = enumerate(zip(self.shown, self.note, strict=False))
        begun = next((at for at, (shown, meant) in pairs if shown != meant), len(self.shown))
        mark = self.shown[begun:].rstrip()
        return text.replace(mark, self.note[begun:]) if mark else text


def _line_of(own: str, lines: list[str]) -> int | None:
    """The line itself, or one with its label: who the guest is may have changed meanwhile."""
    stripped = [line.strip() for line in lines]
    if own in stripped:
        return stripped.index(own)
    label = own.split(": ")[0] + ": "
    return next((at for at, line in enumerate(stripped) if ": " in own and line.startswith(label)), None)


def hold_title(proposal: Proposal) -> str:
    return "【仮】" + proposal.title


def entry_text(
    appointment: Appointment,
    note: str,
    link: MeetingLink | None,
    *,
    locale: str,
    limit: int,
    console_url: str,
    place: str = "",
    own_url: str = "",
) -> EntryText:
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
    if own_url:
        lines.append(f"{words['own']}: {own_url}")
    if place and link is None:
        lines.append(f"{words['place']}: {place}")
    block = zoom_block(link.join_url, link.meeting_id, link.passcode, by_hand=link.by_hand) if link else ""
    head = "\n".join(lines)
    room = limit - utf16_units(head) - utf16_units(block) - len(words["note"]) - 8
    shown = cut(note, room, f"…\n{words['more']}: {console_url}", length=utf16_units)
    noted = f"{words['note']}:\n{shown}" if note else ""
    text = "\n\n".join(part for part in (head, noted, block) if part)
    return EntryText(text, (*lines, f"{words['note']}:", *block.split("\n")[1:]), note, shown)

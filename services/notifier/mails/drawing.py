"""A mail from one draft: text and HTML are made from the same body, paragraph by paragraph and block by block (R20).
Whatever people typed, into the template or elsewhere, is text (G24).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.notifier.mails import dialect, drafts, templating
from services.notifier.mails.drafts import Draft
from services.notifier.mails.faults import Fault, FaultKind, Part, TemplateFailed
from services.notifier.mails.occasions import STANDS_FOR, Occasion
from services.notifier.mails.placeholders import BREAK, MARK, Form, values_of
from services.notifier.mails.scene import Scene
from services.notifier.mails.templating import GUARD, Piece, blocks_of
from services.notifier.mails.text import line

_MOST = {Part.SUBJECT: 2_000, Part.HEADING: 2_000, Part.BODY: 200_000}
_MOST_DRAWN = 400_000
"""Of all blocks together: each may hold 50,000 characters of guidance, but not a hundred times."""
_PARAGRAPHS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


@dataclass(frozen=True)
class Drawn:
    """``scene`` bears the subject that was made."""

    scene: Scene
    heading: str
    pieces: Sequence[Piece]


def draw(draft: Draft, occasion: Occasion, scene: Scene) -> Drawn:
    """Raises ``TemplateFailed``, also for what would have been refused when it was saved: placeholders may go. Where no
    guest is, the usual subject names the appointment instead (E2).
    """
    faults = drafts.faults_of(draft, occasion)
    if faults:
        raise TemplateFailed(faults[0])
    blocks = blocks_of(scene, "text", _blocks_in(draft, occasion))
    values = values_of(scene, blocks)
    usual = draft.subject == drafts.default_of(occasion, scene.language).subject
    subject = scene.subject if usual and not scene.guest else _line(draft.subject, values, Part.SUBJECT)
    heading = _line(draft.heading, values, Part.HEADING)
    filled = dialect.fill(draft.body, values, Part.BODY, most=_MOST[Part.BODY])
    pieces = list(_pieces(filled))
    _check_shown(occasion, pieces, values, blocks)
    if sum(len(blocks[piece.content]) for piece in pieces if piece.is_block) > _MOST_DRAWN:
        raise TemplateFailed(Fault(FaultKind.GREW_TOO_LONG, Part.BODY))
    return Drawn(replace(scene, subject=subject), heading, pieces)


def text_of(drawn: Drawn) -> str:
    return templating.written_text(drawn.scene, drawn.heading, drawn.pieces)


def html_of(drawn: Drawn) -> str:
    return templating.written_html(drawn.scene, drawn.heading, drawn.pieces)


def _blocks_in(draft: Draft, occasion: Occasion) -> set[str]:
    """Those that the body names or needs."""
    named = {found.name for found in dialect.check(draft.body, Part.BODY)[1]} | {group[-1] for group in occasion.musts}
    return {each.name for each in occasion.placeholders if each.form is Form.BLOCK and each.name in named}


def _line(source: str, values: Mapping[str, str], part: Part) -> str:
    """One line, whatever was filled in; no header can follow from it."""
    filled = line(dialect.fill(source, values, part, most=_MOST[part]).replace(GUARD, ""))
    if not filled:
        raise TemplateFailed(Fault(FaultKind.TURNED_OUT_EMPTY, part))
    return filled


def _pieces(filled: str) -> Sequence[Piece]:
    pieces: list[Piece] = []
    for place, part in enumerate(filled.split(MARK)):
        if place % 2:
            pieces.append(Piece(True, part))
            continue
        paragraphs = (paragraph.strip("\n ") for paragraph in _PARAGRAPHS.split(part))
        pieces += [Piece(False, paragraph.replace(BREAK, "\n")) for paragraph in paragraphs if paragraph]
    if not pieces:
        raise TemplateFailed(Fault(FaultKind.TURNED_OUT_EMPTY, Part.BODY))
    return pieces


def _check_shown(
    occasion: Occasion, pieces: Sequence[Piece], values: Mapping[str, str], blocks: Mapping[str, str]
) -> None:
    """What the mail is for is in it, whichever way its conditions went (G11)."""
    drawn = {piece.content for piece in pieces if piece.is_block}
    written = "\n".join(piece.content for piece in pieces if not piece.is_block)
    for group in occasion.musts:
        if not values[group[-1]]:
            continue
        there = [name for name in (*group, *STANDS_FOR.get(group[-1], ())) if values.get(name)]
        if not any(name in drawn or _stands(values[name], written) for name in there):
            name = " / ".join(f"{{{{ {name} }}}}" for name in group)
            raise TemplateFailed(Fault(FaultKind.NOT_SHOWN, Part.BODY, name=name))


def _stands(value: str, written: str) -> bool:
    return MARK not in value and value.replace(BREAK, "\n") in written

"""Templates: one source draws both bodies; ``parts`` and ``layout`` know text and HTML. Our own mails have a file per
language and purpose, those that organizations may write are drawn from their pieces (``drawing.py``).
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.notifier.mails.scene import Scene

Form = Literal["text", "html"]

GUARD = "\x1f"
"""Keeps an address that somebody typed into a name or a title from becoming a link of ours."""
_FOLDER = Path(__file__).parent / "templates"
_FENCE = "\x1e"
_UNBROKEN = re.compile(r"\d\d:\d\d [～–] \d\d:\d\d|UTC[+-]\d\d:\d\d")
_BLANK_LINES = re.compile(r"\n\s*\n")
_ADDRESS = re.compile(r"(https?://[^\s<>\"'（）「」『』【】、。\x1f]+[^\s<>\"'（）「」『』【】、。\x1f.,;:!?)\]])")


@dataclass(frozen=True)
class Piece:
    """A paragraph as it was written, or the block of that name."""

    is_block: bool
    content: str


def _breaks(text: str) -> Markup:
    """Escaped text with its line breaks, and none inside a time or an offset."""
    return Markup("<br>\n").join(_unbroken(line) for line in text.split("\n"))


def _unbroken(text: str) -> Markup:
    return Markup(_UNBROKEN.sub(r'<span style="white-space:nowrap;">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped


def _linked(text: str) -> Markup:
    """As ``_breaks``; web addresses become links."""
    return Markup("<br>\n").join(
        Markup("").join(
            Markup('<a href="{0}" style="color:#1f5eaa;word-break:break-all;">{0}</a>').format(part)
            if place % 2
            else _unbroken(part)
            for place, part in enumerate(_ADDRESS.split(line))
        )
        for line in text.split("\n")
    )


@lru_cache(maxsize=2)
def _environment(form: Form) -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=form == "html",  # noqa: S701 - the other form is plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["breaks"] = _breaks
    return made


def text_body(scene: Scene) -> str:
    """Blocks with one empty line between them; what people typed keeps its own lines."""
    return _tidy_text(_own(scene, "text"))


def html_body(scene: Scene) -> str:
    return _tidy_html(_own(scene, "html"))


def written_text(scene: Scene, heading: str, pieces: Sequence[Piece]) -> str:
    return _tidy_text(_written(scene, "text", heading, pieces))


def written_html(scene: Scene, heading: str, pieces: Sequence[Piece]) -> str:
    return _tidy_html(_written(scene, "html", heading, pieces))


def blocks_of(scene: Scene, form: Form, names: Iterable[str]) -> dict[str, str]:
    """What the macros of these names draw; nothing where they draw nothing to see."""
    template = _environment(form).get_template(f"{scene.language}/blocks.j2")
    module = template.make_module({"m": scene, "form": form})
    drawn = {name: getattr(module, name)() for name in names}
    return {name: block if block.strip(_FENCE + " \n") else "" for name, block in drawn.items()}


def plain_blocks(scene: Scene, names: Iterable[str]) -> dict[str, str]:
    """Blocks as they stand in a mail's text."""
    return {name: _tidy_text(block).strip() for name, block in blocks_of(scene, "text", names).items()}


def _own(scene: Scene, form: Form) -> str:
    template = _environment(form).get_template(f"{scene.language}/{scene.purpose}.j2")
    return template.render(m=scene, form=form)


def _written(scene: Scene, form: Form, heading: str, pieces: Sequence[Piece]) -> str:
    blocks = blocks_of(scene, form, {piece.content for piece in pieces if piece.is_block})
    ends = {name: "" if name.endswith("_note") else "\n" for name in blocks}
    shown = [
        (True, blocks[piece.content] + ends[piece.content]) if piece.is_block else (False, _paragraph(piece, form))
        for piece in pieces
    ]
    heading = heading if form == "text" else Markup(html.escape(heading, quote=False))  # noqa: S704 - escaped
    return _environment(form).get_template("written.j2").render(m=scene, form=form, heading=heading, pieces=shown)


def _paragraph(piece: Piece, form: Form) -> str:
    text = piece.content if form == "text" else _linked(piece.content)
    return text.replace(GUARD, "")


def _tidy_text(drawn: str) -> str:
    blocks = (block.strip("\n ") for block in drawn.split(_FENCE))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _tidy_html(drawn: str) -> str:
    return _BLANK_LINES.sub("\n", drawn).strip() + "\n"

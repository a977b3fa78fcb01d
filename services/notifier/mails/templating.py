"""Templates: one file per language and purpose draws both bodies; ``parts`` and ``layout`` know text and HTML."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.notifier.mails.scene import Scene

Form = Literal["text", "html"]

_FOLDER = Path(__file__).parent / "templates"
_FENCE = "\x1e"
_UNBROKEN = re.compile(r"\d\d:\d\d [～–] \d\d:\d\d|UTC[+-]\d\d:\d\d")
_BLANK_LINES = re.compile(r"\n\s*\n")


def _breaks(text: str) -> Markup:
    """Escaped text with its line breaks, and none inside a time or an offset."""
    escaped = Markup("<br>\n").join(escape(line) for line in text.split("\n"))
    return Markup(_UNBROKEN.sub(r'<span style="white-space:nowrap;">\g<0></span>', str(escaped)))  # noqa: S704 - escaped above


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


def _draw(scene: Scene, form: Form) -> str:
    template = _environment(form).get_template(f"{scene.language}/{scene.purpose}.j2")
    return template.render(m=scene, form=form)


def text_body(scene: Scene) -> str:
    """Blocks with one empty line between them; what people typed keeps its own lines."""
    blocks = (block.strip("\n ") for block in _draw(scene, "text").split(_FENCE))
    return "\n\n".join(block for block in blocks if block) + "\n"


def html_body(scene: Scene) -> str:
    return _BLANK_LINES.sub("\n", _draw(scene, "html")).strip() + "\n"

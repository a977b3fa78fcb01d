"""Texts of people as pages show them: addresses in them can be followed, and what is long is folded (G24)."""

import re

from markupsafe import Markup, escape

_URL = re.compile(r"https?://[\w!#$%&'()*+,./:;=?@~-]+", re.ASCII)
_NOT_AT_THE_END = ".,:;!?'"
_SHOWN = 300
_LINES = 12


def linked(words: str) -> Markup:
    """Escaped, with http and https addresses as links that tell the other side nothing."""
    made, end = Markup(), 0
    for found in _URL.finditer(words):
        url = found[0].rstrip(_NOT_AT_THE_END)
        if url.endswith(")") and "(" not in url:
            url = url.rstrip(")")
        made += escape(words[end : found.start()])
        made += Markup('<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>').format(url)
        end = found.start() + len(url)
    return made + escape(words[end:])


def folded(words: str) -> tuple[str, str]:
    """What is shown at once, and the rest; cut where a line, a sentence or a word ends, and in no address."""
    lines = words.split("\n")
    most = min(_SHOWN, len("\n".join(lines[:_LINES])))
    if len(words) <= most + _SHOWN // 5 and len(lines) <= _LINES + 2:
        return words, ""
    cut = max((words.rfind(mark, most // 2, most) + 1 for mark in "\n。 "), default=0) or most
    for found in _URL.finditer(words):
        if 0 < found.start() < cut < found.end():
            cut = found.start()
    return words[:cut].rstrip(), words[cut:].lstrip("\n")

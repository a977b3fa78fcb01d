"""Cutting text where a provider's limit is passed, never inside of what a reader sees as one character (R14, E3)."""

import unicodedata
from collections.abc import Callable

_JOINER = "\u200d"


def utf16_units(text: str) -> int:
    """As JavaScript and Microsoft count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int, tail: str = "", *, length: Callable[[str], int] = len) -> str:
    """At most ``limit`` by ``length``, ending in ``tail`` when something was left out."""
    if length(text) <= limit:
        return text
    room = max(0, limit - length(tail))
    end, used = 0, 0
    for char in text:
        used += length(char)
        if used > room:
            break
        end += 1
    while end > 0 and not _is_boundary(text, end):
        end -= 1
    return text[:end] + tail


def _is_boundary(text: str, at: int) -> bool:
    if at >= len(text):
        return True
    if _continues(text[at]) or text[at - 1] == _JOINER:
        return False
    return not (_is_flag_half(text[at]) and _flag_halves_before(text, at) % 2)


def _continues(char: str) -> bool:
    """Marks, joiners, variation selectors, skin tones, tags, and Hangul vowels and finals in parts."""
    code = ord(char)
    return (
        char == _JOINER
        or unicodedata.category(char) in ("Mn", "Mc", "Me")
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
        or 0x1160 <= code <= 0x11FF
    )


def _is_flag_half(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _flag_halves_before(text: str, at: int) -> int:
    begin = at
    while begin > 0 and _is_flag_half(text[begin - 1]):
        begin -= 1
    return at - begin

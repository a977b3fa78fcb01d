"""Input is text (G24): what people typed loses characters that steer headers, lines or reading direction."""

import re

_STEERING = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff\x7f-\x9f]")
_NOT_IN_A_LINE = re.compile("[\x00-\x1f\u2028\u2029]+")
_NOT_IN_A_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def line(text: str) -> str:
    """One line: fit for a header, a name or a title."""
    return _NOT_IN_A_LINE.sub(" ", _STEERING.sub("", text)).strip()


def lines(text: str) -> str:
    """Text with its line breaks, which become ``\\n``."""
    return _NOT_IN_A_TEXT.sub("", _STEERING.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip("\n")

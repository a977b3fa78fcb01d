"""Descriptions that somebody edited at a provider, as HTML, in plain text."""

import re
from html import unescape

_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h[1-6])\b[^>]*>[ \t]*\n?", re.IGNORECASE)
_UNSHOWN = re.compile(r"<(style|script|head|title)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^>]*>")


def plain_text(html: str) -> str:
    """Lines stay lines; what is no tag stays as it is."""
    text = _TAG.sub("", _BREAK.sub("\n", _UNSHOWN.sub("", html.replace("\r\n", "\n"))))
    return unescape(text).replace("\xa0", " ").strip()

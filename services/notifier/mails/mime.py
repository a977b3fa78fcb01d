"""MIME by hand: the standard library's message objects parse every header several times, which costs more than all
the rest of a mail. Everything is 7-bit with short lines, so that no server on the way rewrites anything.
"""

import base64
import re
from collections.abc import Sequence

_PLAIN = re.compile(r"[A-Za-z0-9 !#$%&'*+/^_`{|}~.:\-\[\]()]{0,60}")
_ATOMS = re.compile(r"[A-Za-z0-9 ]{1,60}")
_WORD_BYTES = 42
"""Encoded in base64 with its frame this leaves room for the header's name in a line of 78."""


def unstructured(text: str) -> str:
    """A header's text (RFC 2047), folded; ``text`` is one line."""
    if _PLAIN.fullmatch(text) and "=?" not in text:
        return text
    return _words(text)


def mailbox(name: str, address: str) -> str:
    """``name <address>``; ``address`` has been checked."""
    if not name:
        return address
    return f"{name if _ATOMS.fullmatch(name) else _words(name)}\r\n <{address}>"


def mailboxes(all_of_them: Sequence[tuple[str, str]]) -> str:
    return ",\r\n ".join(mailbox(name, address) for name, address in all_of_them)


def head(fields: Sequence[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode("ascii")


def leaf(content_type: str, payload: bytes, *fields: tuple[str, str]) -> bytes:
    """A part with its own header fields."""
    encoded = base64.encodebytes(payload).replace(b"\n", b"\r\n")
    own = (("Content-Type", content_type), *fields, ("Content-Transfer-Encoding", "base64"))
    return head(own) + b"\r\n" + encoded


def text_leaf(content_type: str, text: str) -> bytes:
    """Lines of text end in CRLF before they are encoded (RFC 2045)."""
    return leaf(content_type, text.replace("\r\n", "\n").replace("\n", "\r\n").encode())


def multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    opening = head([("Content-Type", f'multipart/{subtype};\r\n boundary="{boundary}"')])
    line = b"--" + boundary.encode()
    return opening + b"\r\n" + b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


def _words(text: str) -> str:
    """Encoded words, each of whole characters."""
    chunks: list[bytes] = []
    chunk = b""
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > _WORD_BYTES:
            chunks.append(chunk)
            chunk = b""
        chunk += encoded
    chunks.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in chunks)

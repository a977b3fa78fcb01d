"""A meeting's link that staff enter by hand (C4)."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from shared.contracts.api.fields import Request, one_line

_URL_LENGTH = 1_000
_URL = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
"""What RFC 3986 allows; nothing that a header, a tag or a quoted attribute could end at."""
_DIGITS = re.compile(r"[0-9]{0,20}")


def _https(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme.lower() == "https" and bool(parts.hostname) and parts.username is None
        usable = usable and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not _URL.fullmatch(text):
        raise PydanticCustomError("https_url", "This must be an https:// address.")
    return text


def _meeting_id(text: str) -> str:
    """In digits without spaces, as mails carry it."""
    digits = re.sub(r"[ -]", "", text)
    if not _DIGITS.fullmatch(digits):
        raise PydanticCustomError("meeting_id", "A meeting ID has digits only.")
    return digits


class LinkByHand(Request):
    """Where the meeting takes place instead; ID and passcode may be empty where the tool has none."""

    join_url: Annotated[str, *one_line(_URL_LENGTH, shortest=1), AfterValidator(_https)]
    meeting_id: Annotated[str, *one_line(40), AfterValidator(_meeting_id)] = ""
    passcode: Annotated[str, *one_line(60)] = ""

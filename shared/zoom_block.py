"""The block that Chosei alone writes under the details of an appointment with a meeting (E4), word for word; a link by
hand to another tool than Zoom (C4) stands under a heading that does not name Zoom.
"""

from urllib.parse import urlsplit

HEADING = "【Zoom連携情報】 ---※ここ以下を編集しないでください---"
ELSEWHERE = "【Web会議情報】 ---※ここ以下を編集しないでください---"
_BEGINS = ("【Zoom連携情報】", "【Web会議情報】 ---※")
"""The second by more than its name, under which people write notes of their own."""
_ZOOM_HOSTS = ("zoom.us", "zoom.com", "zoom.com.cn", "zoomgov.com")


def zoom_block(join_url: str, meeting_id: str, passcode: str, *, by_hand: bool = False) -> str:
    """A link that was entered by hand may come without an id or a passcode."""
    lines = [ELSEWHERE if by_hand and not is_at_zoom(join_url) else HEADING, join_url]
    if meeting_id:
        lines.append(f"ミーティングID: {meeting_id}")
    if passcode:
        lines.append(f"パスワード: {passcode}")
    return "\n".join(lines)


def is_at_zoom(join_url: str) -> bool:
    """Whether a link that somebody entered leads to Zoom; what was issued does, whatever its host."""
    try:
        host = (urlsplit(join_url).hostname or "").rstrip(".")
    except ValueError:
        return False
    return any(host == zoom or host.endswith(f".{zoom}") for zoom in _ZOOM_HOSTS)


def above_block(text: str) -> str:
    """What is the user's: all above the block, however the block was edited. It is never kept, but written anew."""
    lines = text.split("\n")
    begin = next((index for index, line in enumerate(lines) if line.lstrip().startswith(_BEGINS)), None)
    return text if begin is None else "\n".join(lines[:begin]).rstrip()


def details(note: str, block: str) -> str:
    """The user's text and the block under it."""
    return "\n\n".join(part for part in (note, block) if part)

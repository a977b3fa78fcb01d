"""The block that Chosei alone writes under the details of an appointment with a meeting (E4), word for word."""

HEADING = "【Zoom連携情報】 ---※ここ以下を編集しないでください---"
_NAME = "【Zoom連携情報】"


def zoom_block(join_url: str, meeting_id: str, passcode: str) -> str:
    """A link that was entered by hand may come without an id or a passcode."""
    lines = [HEADING, join_url]
    if meeting_id:
        lines.append(f"ミーティングID: {meeting_id}")
    if passcode:
        lines.append(f"パスワード: {passcode}")
    return "\n".join(lines)


def above_block(text: str) -> str:
    """What is the user's: all above the block, however the block was edited. It is never kept, but written anew."""
    lines = text.split("\n")
    begin = next((index for index, line in enumerate(lines) if line.lstrip().startswith(_NAME)), None)
    return text if begin is None else "\n".join(lines[:begin]).rstrip()


def details(note: str, block: str) -> str:
    """The user's text and the block under it."""
    return "\n\n".join(part for part in (note, block) if part)

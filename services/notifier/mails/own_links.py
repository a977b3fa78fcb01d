"""What a mail tells of how to join (X9): the meeting's own URL, ID and passcode, a link of ours, or both."""

from dataclasses import replace

from services.notifier.mails.scene import Join
from services.notifier.mails.text import line


def as_told(join: Join | None, own_url: str, mail_links: str) -> Join | None:
    """``own_url`` is this reader's: the guest's own, for staff the one that asks who they are; it may be empty. There
    is nothing to tell while there is no meeting: mails say that it follows (G11).
    """
    if join is None or mail_links == "raw" or not own_url.startswith(("https://", "http://")):
        return join
    own_url = line(own_url)
    if mail_links == "own":
        return replace(join, url="", meeting_id="", passcode="", own_url=own_url)
    return replace(join, own_url=own_url)

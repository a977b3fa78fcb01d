"""The scene of one mail: everything its templates may show, cleaned and put into words of the reader's language.

Templates see nothing else; the internal note is not in it, so that it can reach nobody (G23).
"""

from dataclasses import dataclass

from shared.contracts.booking import EndOfRequest
from shared.contracts.notifier import Audience, Purpose
from shared.wording import Language


@dataclass(frozen=True)
class Join:
    """What is needed to join: the ID in digits without spaces. ``own_url`` is our link to it (X9); what is not told is
    empty. A link by hand may lead elsewhere than to Zoom (C4).
    """

    url: str
    meeting_id: str
    passcode: str
    own_url: str = ""
    at_zoom: bool = True

    @property
    def way(self) -> str:
        """Where one goes: our own link, which is never out of date, goes first."""
        return self.own_url or self.url


@dataclass(frozen=True)
class Scene:
    """Empty members are not shown. ``url`` is where the mail's button leads; ``words`` is what a person wrote.
    ``manage_url`` is where the guest moves or cancels by themselves, which they may until then (H10); ``by_guest``:
    they did.
    """

    language: Language
    purpose: Purpose
    audience: Audience
    subject: str
    company: str
    product: str
    zone: str = ""
    guest: str = ""
    guest_name: str = ""
    guest_company: str = ""
    guest_contact: str = ""
    guest_line: str = ""
    title: str = ""
    when: str = ""
    previous_when: str = ""
    slots: tuple[str, ...] = ()
    expires: str = ""
    address: str = ""
    price: str = ""
    room: str = ""
    reception_code: str = ""
    people: str = ""
    join: Join | None = None
    place: str = ""
    link_comes: str = ""
    link_follows: bool = False
    issue_error: str = ""
    retries: str = ""
    url: str = ""
    manage_url: str = ""
    reschedule_until: str = ""
    cancel_until: str = ""
    by_guest: bool = False
    end_of_request: EndOfRequest | None = None
    guidance: str = ""
    answers: str = ""
    words: str = ""
    provider: str = ""
    inviter: str = ""
    reminder_word: str = ""
    start_time: str = ""
    opened: bool = False
    taken_over: bool = False
    template: str = ""
    broken: str = ""
    broken_at: str = ""
    same_day_left: bool = False
    webhook: str = ""
    gone: bool = False

    @property
    def place_url(self) -> str:
        """The place where it is a web address and nothing else."""
        return self.place if self.place.startswith(("https://", "http://")) and " " not in self.place else ""

    @property
    def for_staff(self) -> bool:
        return self.audience is not Audience.GUEST

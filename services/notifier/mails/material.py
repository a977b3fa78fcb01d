"""What one mail is made of, before it is put into words; all secrets are opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.notifier.mails import moments
from services.notifier.mails.scene import Join
from services.notifier.mails.text import line, lines
from services.notifier.model.matter import Matter, Notice
from services.notifier.model.people import Organization
from shared.contracts.booking import Appointment
from shared.contracts.notifier import Audience
from shared.contracts.sealed import SaidAnswer
from shared.wording import Language


@dataclass(frozen=True)
class Material:
    """All that one mail is made of. ``at`` is when it is written; ``organizer_address`` stands in invitations,
    ``spoken`` is the language of a preview whatever its reader's is. ``place`` is where people meet with another tool
    than Zoom; ``join`` and it are empty before ``link_comes_at``, where that is set (C7).
    """

    matter: Matter
    notice: Notice
    audience: Audience
    organization: Organization
    public_url: str
    organizer_address: str
    at: datetime
    guest_url: str = ""
    invitation_url: str = ""
    guidance: str = ""
    words: str = ""
    join: Join | None = None
    place: str = ""
    link_comes_at: datetime | None = None
    staff_name: str = ""
    spoken: Language | None = None
    answers: Sequence[SaidAnswer] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The organization's of now, by which reminders are due as well (R27), whatever it was at the confirmation."""
        return moments.zone_of(self.organization.time_zone)

    @property
    def language(self) -> Language:
        """The guest's where they chose one, the invited person's own, else the organization's (X6)."""
        if self.spoken is not None:
            return self.spoken
        own = self.notice.locale or self.organization.locale
        if self.audience is Audience.GUEST:
            state = self.matter.appointment or self.matter.proposal
            chosen = (state.guest_locale if isinstance(state, Appointment) else state.locale) if state else ""
            own = chosen if chosen[:2] in ("ja", "en") else own
        return "en" if own[:2] == "en" else "ja"

    def answered(self, language: Language) -> str:
        """What the guest said to the page's questions (H5), a line each; what was left empty is left out."""
        yes, no = ("はい", "いいえ") if language == "ja" else ("yes", "no")
        told = {True: yes, False: no}
        said = [(one.label, told[one.value] if isinstance(one.value, bool) else one.value) for one in self.answers]
        return "\n".join(f"{line(label)}: {lines(value)}" for label, value in said if value)

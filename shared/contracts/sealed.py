"""What travels sealed (G23): guest tokens, notes, guidance, passcodes, join URLs and invitations. Only the six
services hold the key.
"""

from typing import TypeVar

from shared.contracts.envelope import Value
from shared.crypto import KeyRing

SecretT = TypeVar("SecretT", bound="Secrets")


class Secrets(Value):
    """Base of sealed members; never logged."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(sealed)"

    __str__ = __repr__

    def seal(self, ring: KeyRing, *, subject: str) -> str:
        """Encrypt for the event whose aggregate is ``subject``."""
        return ring.encrypt(self.model_dump_json().encode(), place=f"event/{subject}")

    @classmethod
    def unseal(cls: type[SecretT], ring: KeyRing, text: str, *, subject: str) -> SecretT:
        """Raises ``UndecryptableValue``."""
        return cls.model_validate_json(ring.decrypt(text, place=f"event/{subject}"))


class ProposalSecrets(Secrets):
    """``guest_url`` is the page of R22; ``message`` is what a guest wrote when asking for new slots (R24)."""

    guest_url: str
    note: str = ""
    guidance: str = ""
    message: str = ""


class MeetingSecrets(Secrets):
    """What is needed to join: never in clear on the bus, in logs or in traces."""

    join_url: str
    meeting_id: str
    passcode: str


class SaidAnswer(Value):
    """What a guest answered to a page's question (H5), ``label``, as it was asked."""

    label: str
    value: str | bool


class AppointmentSecrets(Secrets):
    """``guest_url`` is where the guest sees the appointment, ``join_url`` the guest's own join link (X9); ``message``
    is what staff wrote when cancelling (R28), ``guest_reason`` what the guest did when moving or cancelling (H10).
    ``place`` is the fixed URL or text of a meeting with another tool (C5), ``by_hand`` the link that staff entered in
    place of an issued one (C4).
    """

    guest_url: str = ""
    join_url: str = ""
    note: str = ""
    guidance: str = ""
    message: str = ""
    place: str = ""
    by_hand: MeetingSecrets | None = None
    guest_reason: str = ""
    answers: tuple[SaidAnswer, ...] = ()


class EntrySecrets(Secrets):
    """What somebody typed into an entry's description above our block (E4)."""

    note: str


class InvitationSecrets(Secrets):
    """Whoever opens ``url`` chooses the password of the staff member that it was made for."""

    url: str


class ErasureSecrets(Secrets):
    """The address of the guest who is to be erased, and their contact's id, which is made of it (X5)."""

    email: str
    contact_id: str = ""

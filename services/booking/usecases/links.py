"""Guest tokens and the pages they open: derived, never stored in clear (G23)."""

from services.booking.model.appointment import Appointment
from services.booking.model.proposal import TokenSource
from shared.crypto import KeyRing, derive_token, token_hash


class Links:
    """Makes tokens from ids and generations, and URLs from tokens."""

    def __init__(self, ring: KeyRing, public_url: str) -> None:
        self._ring = ring
        self._public_url = public_url.rstrip("/")

    def new_source(self, proposal_id: str, generation: int = 1) -> TokenSource:
        token = derive_token(self._ring.keys[self._ring.current], proposal_id, str(generation))
        return TokenSource(key_id=self._ring.current, generation=generation, hash=token_hash(token))

    def of_appointment(self, appointment: Appointment) -> str:
        """The page of the guest, empty where there is none (E2). It stays the proposal's where there was one."""
        if not appointment.has_guest:
            return ""
        return self.guest_url(appointment.proposal_id or appointment.appointment_id, appointment.token)

    def guest_url(self, proposal_id: str, source: TokenSource) -> str:
        """Empty when the key it was made with has been removed from the ring."""
        key = self._ring.keys.get(source.key_id)
        if key is None:
            return ""
        return f"{self._public_url}/g/{derive_token(key, proposal_id, str(source.generation))}"

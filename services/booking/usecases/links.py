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
        """The page of the guest, empty where there is none (E2): where a booking is managed (H10), or the proposal's
        where there was one.
        """
        if not appointment.has_guest:
            return ""
        if appointment.page is not None:
            return self._url("a", appointment.appointment_id, appointment.token)
        of = appointment.appointment_id if appointment.own_page else appointment.proposal_id
        return self.guest_url(of or appointment.appointment_id, appointment.token)

    def of_another_guest(self, appointment: Appointment) -> tuple[TokenSource, TokenSource]:
        """A page and a join link that nobody knows yet."""
        page = self.new_source(appointment.appointment_id, appointment.token.generation + 1)
        return page, self.next_join_source(appointment)

    def join_source(self, appointment_id: str, generation: int = 1) -> TokenSource:
        """Of the guest's own way into the meeting (X9)."""
        token = derive_token(self._ring.keys[self._ring.current], *_join_parts(appointment_id, generation))
        return TokenSource(key_id=self._ring.current, generation=generation, hash=token_hash(token))

    def next_join_source(self, appointment: Appointment) -> TokenSource:
        """Another link in place of the one that is dead from now on."""
        known = appointment.join_token
        return self.join_source(appointment.appointment_id, known.generation + 1 if known else 1)

    def join_url(self, appointment: Appointment) -> str:
        """Empty where there is no guest, as in ``guest_url``, and for appointments from before join links."""
        source = appointment.join_token if appointment.has_guest else None
        key = self._ring.keys.get(source.key_id) if source else None
        if source is None or key is None:
            return ""
        token = derive_token(key, *_join_parts(appointment.appointment_id, source.generation))
        return f"{self._public_url}/j/{token}"

    def return_source(self, appointment_id: str) -> TokenSource:
        """Of the way back from Stripe, who keeps it: it is not the guest's own link, and is over soon (H13, G23)."""
        token = derive_token(self._ring.keys[self._ring.current], *_return_parts(appointment_id))
        return TokenSource(key_id=self._ring.current, generation=1, hash=token_hash(token))

    def return_url(self, appointment_id: str, source: TokenSource) -> str:
        token = derive_token(self._ring.keys[source.key_id], *_return_parts(appointment_id))
        return f"{self._public_url}/paid/{token}"

    def page_url(self, slug: str) -> str:
        return f"{self._public_url}/p/{slug}"

    def guest_url(self, proposal_id: str, source: TokenSource) -> str:
        """Empty when the key it was made with has been removed from the ring."""
        return self._url("g", proposal_id, source)

    def _url(self, place: str, of: str, source: TokenSource) -> str:
        key = self._ring.keys.get(source.key_id)
        return f"{self._public_url}/{place}/{derive_token(key, of, str(source.generation))}" if key else ""


def _return_parts(appointment_id: str) -> tuple[str, ...]:
    return ("paid", appointment_id)


def _join_parts(appointment_id: str, generation: int) -> tuple[str, ...]:
    return ("join", "guest", appointment_id, str(generation))

"""Titles made of the guest (R12, R13), and as the guest may see them (R22)."""

from shared.contracts.people import Guest, masked_address

TITLE_LENGTH = 251


def title_of(given: str, guest: Guest) -> str:
    """The given title, or ``会社名:氏名 様`` with company and colon left out when empty; at most 251 characters."""
    if given:
        return given[:TITLE_LENGTH]
    prefix = f"{guest.company}:" if guest.company and guest.known_as != guest.company else ""
    ending = " 様"
    return f"{prefix}{guest.known_as}"[: TITLE_LENGTH - len(ending)] + ending


def title_for_guest(given: str, guest: Guest) -> str:
    """The same for whoever was handed the link: they need not learn the address (R22, G23)."""
    return title_of(given, guest.model_copy(update={"email": masked_address(guest.email)}))

"""Titles made of the guest (R12, R13), and the masked address (R22)."""

from shared.contracts.people import Guest

TITLE_LENGTH = 251


def title_of(given: str, guest: Guest) -> str:
    """The given title, or ``会社名:氏名 様`` with company and colon left out when empty; at most 251 characters."""
    if given:
        return given[:TITLE_LENGTH]
    prefix = f"{guest.company}:" if guest.company and guest.known_as != guest.company else ""
    ending = " 様"
    return f"{prefix}{guest.known_as}"[: TITLE_LENGTH - len(ending)] + ending


def masked(email: str) -> str:
    """``h…@example.jp``; empty when unknown."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}…@{domain}" if at else ""

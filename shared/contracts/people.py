"""Personal data in events: names, addresses and numbers stand in these classes only, so that logs mask by type."""

from typing import Any

from shared.contracts.envelope import Value


class Personal(Value):
    """Printed without its contents."""

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [(None, "masked")]

    def __str__(self) -> str:
        return f"{type(self).__name__}(masked)"


class Person(Personal):
    """A staff member as others see them."""

    name: str
    email: str
    kana: str = ""


class Guest(Personal):
    """The person from outside; each may be empty, and the name is known from confirming on (R13)."""

    company: str = ""
    name: str = ""
    email: str = ""

    @property
    def known_as(self) -> str:
        """Name, else company, else address (R13)."""
        return self.name or self.company or self.email


class Account(Personal):
    """An account at a provider, by its e-mail address."""

    email: str


def masked_address(email: str) -> str:
    """``h…@example.jp``, as shown to people who need not learn the address (R22); empty when unknown."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}…@{domain}" if at else ""

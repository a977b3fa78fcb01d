"""Who caused something, as an envelope's ``actor`` names them: a staff member, a machine's API key, the guest, a
provider, or the system itself. Ids only, never names (G23).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class ActorKind(StrEnum):
    """``staff``, ``key`` and ``provider`` say which one."""

    STAFF = "staff"
    KEY = "key"
    GUEST = "guest"
    PROVIDER = "provider"
    SYSTEM = "system"


SYSTEM = ActorKind.SYSTEM.value
GUEST = ActorKind.GUEST.value
_NAMED = (ActorKind.STAFF, ActorKind.KEY, ActorKind.PROVIDER)


def staff(staff_id: str) -> str:
    """Where nobody is named it was the system."""
    return f"{ActorKind.STAFF}:{staff_id}" if staff_id else SYSTEM


def key(key_id: str) -> str:
    """A program that came with an API key (X8)."""
    return f"{ActorKind.KEY}:{key_id}"


def provider(name: str) -> str:
    return f"{ActorKind.PROVIDER}:{name}"


@dataclass(frozen=True)
class Actor:
    """An actor as it is read; what newer publishers may invent counts as the system."""

    kind: ActorKind
    name: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        word, _, name = text.partition(":")
        try:
            kind = ActorKind(word)
        except ValueError:
            return cls(ActorKind.SYSTEM)
        return cls(kind, name if kind in _NAMED else "")

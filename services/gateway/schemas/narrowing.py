"""What both lists can be narrowed to, as parameters and as booking is asked."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

from shared.contracts.booking import Kind


@dataclass(frozen=True)
class Narrowing:
    """What is empty narrows nothing."""

    words: str = ""
    staff_id: str = ""
    kind: Kind | None = None
    troubled: bool = False

    def query(self) -> dict[str, str]:
        asked = {
            "q": self.words,
            "staff_id": self.staff_id,
            "kind": self.kind.value if self.kind else "",
            "troubled": "true" if self.troubled else "",
        }
        return {name: value for name, value in asked.items() if value}


async def narrowing(
    q: Annotated[str, Query(max_length=255, description="Words that all stand in title or guest.")] = "",
    staff_id: Annotated[str, Query(max_length=100, description="Who takes part.")] = "",
    kind: Kind | None = None,
    troubled: Annotated[bool, Query(description="Where an effect failed or waits to be tried again.")] = False,
) -> Narrowing:
    """A dependency."""
    return Narrowing(q, staff_id, kind, troubled)

"""What a list page is narrowed to: read from its address, and kept by every link and form on it (R28)."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.pages.rendering import language_for
from services.gateway.pages.room_data import staff_kind_word
from services.gateway.pages.texts import text
from services.gateway.parts import parts_of
from services.gateway.schemas.narrowing import Narrowing
from shared.contracts.booking import Kind

_KINDS = (Kind.WEB, Kind.VISIT, Kind.OUTBOUND)
_MOST_PEOPLE = 300


@dataclass(frozen=True)
class Filters:
    """``tab`` is the name and value of the page's own tabs; ``people`` and ``kinds`` are what can be chosen."""

    path: str
    tab: tuple[str, str]
    narrowing: Narrowing
    cursor: str
    people: Sequence[tuple[str, str]]
    kinds: Sequence[tuple[str, str]]

    @property
    def narrowed(self) -> bool:
        return self.narrowing != Narrowing()

    @property
    def kind(self) -> str:
        return self.narrowing.kind.value if self.narrowing.kind else ""

    def query(self) -> dict[str, str]:
        """For booking."""
        return self.narrowing.query() | ({"cursor": self.cursor} if self.cursor else {})

    def tab_url(self, value: str) -> str:
        return self._url({self.tab[0]: value} | self.narrowing.query())

    @property
    def first_url(self) -> str:
        """Back from a later page; empty on the first."""
        return self.tab_url(self.tab[1]) if self.cursor else ""

    @property
    def bare_url(self) -> str:
        """The same tab, narrowed to nothing."""
        return self._url(dict([self.tab]))

    def next_url(self, cursor: str | None) -> str:
        asked = dict([self.tab]) | self.narrowing.query()
        return self._url(asked | {"cursor": cursor}) if cursor else ""

    def _url(self, asked: dict[str, str]) -> str:
        given = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.path}?{given}" if given else self.path


async def filters_of(request: Request, signed_in: SignedIn, path: str, tab: tuple[str, str]) -> Filters:
    """What makes no sense narrows nothing."""
    asked, language = request.query_params, language_for(request)
    kind = next((one for one in Kind if one == asked.get("kind")), None)
    narrowing = Narrowing(
        words=asked.get("q", "").strip()[:255],
        staff_id=asked.get("staff_id", "")[:100],
        kind=kind,
        troubled=asked.get("troubled") == "true",
    )
    offered = dict.fromkeys([*_KINDS, *([kind] if kind else [])])
    return Filters(
        path,
        tab,
        narrowing,
        asked.get("cursor", ""),
        people=await people_to_choose(request, signed_in, narrowing.staff_id),
        kinds=[(one.value, staff_kind_word(one, language)) for one in offered],
    )


async def people_to_choose(request: Request, signed_in: SignedIn, chosen: str) -> list[tuple[str, str]]:
    """The reader first, then colleagues, and who is chosen although disabled."""
    me, staff = signed_in.staff, parts_of(request).staff
    found = await staff.search(signed_in.organization.id, "", after="", limit=_MOST_PEOPLE, disabled=False)
    people = {me.id: text(language_for(request), "lists.mine")}
    people |= {other.id: other.name for other in found if other.id != me.id}
    if chosen and chosen not in people:
        people |= await staff.names_of(signed_in.organization.id, [chosen])
    return list(people.items())

"""How the people of a proposal meet (R12, C5): its kind, the web-meeting tool, a fixed URL or text, and the meeting
type that says so where one was chosen.
"""

from dataclasses import dataclass, replace
from typing import Any

from services.booking.model.menus import MeetingType
from services.booking.model.proposal import Proposal
from services.booking.problems import PLACE_OF_ANOTHER, REQUIRED, ModeMismatch, invalid
from services.booking.usecases.choose_menu import ChooseMenu
from shared.contracts.api.menus import Location
from shared.contracts.api.proposals import PROPOSAL_KINDS, Platform, ProposalCreate, ProposalPatch
from shared.contracts.booking import Kind, MeetingTypeRef
from shared.contracts.reveal import Reveal
from shared.internal import Caller
from shared.problem import Language

_AT_ONCE = Reveal()


@dataclass(frozen=True)
class Tool:
    """``place`` is empty but where the tool is another than Zoom."""

    kind: Kind
    platform: Platform
    place: str = ""
    meeting_type: MeetingTypeRef | None = None
    reveal: Reveal = _AT_ONCE

    @property
    def wants_zoom(self) -> bool:
        return self.kind is Kind.WEB and self.platform is Platform.ZOOM

    def members(self) -> dict[str, Any]:
        """Of a proposal."""
        names = ("kind", "platform", "place", "meeting_type", "reveal")
        return {name: getattr(self, name) for name in names}


class ChooseTool:
    """Raises 422 ``mode_mismatch`` where the type and what was said beside it contradict each other."""

    def __init__(self, choose: ChooseMenu) -> None:
        self._choose = choose

    async def first(self, wanted: ProposalCreate, caller: Caller) -> Tool:
        given = wanted.model_fields_set
        kind = wanted.kind if "kind" in given else None
        platform = wanted.platform if "platform" in given else None
        chosen = (await self._choose(caller, wanted.meeting_type_id)).meeting_type
        if chosen is not None:
            return _of_type(chosen, kind, platform, wanted.place, caller.language)
        tool = Tool(wanted.kind, wanted.platform, wanted.place)
        return _checked(tool, caller.language)

    async def next(self, before: Proposal, wanted: ProposalPatch, caller: Caller) -> Tool:
        """What is left out stays; a type of null is no type any more, and its time of telling goes with it."""
        known = Tool(before.kind, before.platform, before.place, before.meeting_type, before.reveal)
        given = {"kind", "platform", "place", "meeting_type_id"} & wanted.model_fields_set
        if not given:
            return known
        place = before.place if wanted.place is None else wanted.place
        if wanted.meeting_type_id is not None:
            chosen = (await self._choose(caller, wanted.meeting_type_id)).meeting_type
            assert chosen is not None
            return _of_type(chosen, wanted.kind, wanted.platform, wanted.place or "", caller.language)
        kept = known.meeting_type is not None and "meeting_type_id" not in given
        kind, platform = wanted.kind or before.kind, wanted.platform or before.platform
        if kept and (kind, platform) != (before.kind, before.platform):
            raise ModeMismatch()
        if (kind, platform) != (Kind.WEB, Platform.LINK) and wanted.place is None:
            place = ""
        tool = Tool(kind, platform, place)
        if kept:
            tool = replace(tool, meeting_type=known.meeting_type, reveal=known.reveal)
        return _checked(tool, caller.language)


def _of_type(chosen: MeetingType, kind: Kind | None, platform: Platform | None, place: str, language: Language) -> Tool:
    linked = chosen.location is Location.LINK
    tool = Platform.LINK if linked else Platform.ZOOM
    fits = chosen.proposal_kind in PROPOSAL_KINDS and kind in (None, chosen.proposal_kind)
    if not fits or (chosen.proposal_kind is Kind.WEB and platform not in (None, tool)):
        raise ModeMismatch()
    place = place or (chosen.place if linked else "")
    return _checked(Tool(chosen.proposal_kind, tool, place, chosen.as_ref(), chosen.reveal), language)


def _checked(tool: Tool, language: Language) -> Tool:
    linked = tool.kind is Kind.WEB and tool.platform is Platform.LINK
    if linked and not tool.place:
        raise invalid(language, ("/place", REQUIRED))
    if tool.place and not linked:
        raise invalid(language, ("/place", PLACE_OF_ANOTHER))
    return tool

"""Refuses slots that somebody else owns or in which an attendee is busy (G2), when a proposal is made or edited."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.booking.model.claims import ClaimKind, is_room, resources
from services.booking.model.proposal import OfferedSlot, Proposal
from services.booking.problems import busy_at
from services.booking.store.guards import Guards
from services.booking.usecases.availability import Availability
from shared.problem import Language


@dataclass(frozen=True)
class Asked:
    """A slot whose time is asked of these attendees; ``pointer`` is where the request says so."""

    pointer: str
    slot: OfferedSlot
    staff_ids: Sequence[str]

    @property
    def room_pointer(self) -> str:
        """Where the request names the room, if this is a slot of its own."""
        return self.pointer.removesuffix("/start") + "/room_id" if self.pointer.endswith("/start") else self.pointer

    @classmethod
    def anew(cls, index: int, slot: OfferedSlot, proposal: Proposal) -> "Asked":
        """Of everybody, at this place of the request."""
        return cls(f"/slots/{index}/start", slot, proposal.attendee_ids)


class ClaimedSlots:
    """Asked before the write; the guard decides about claims all the same."""

    def __init__(self, availability: Availability, guards: Guards) -> None:
        self._availability = availability
        self._guards = guards

    async def accepted(
        self, organization_id: str, asked: Sequence[Asked], *, allow_overlap: bool, language: Language
    ) -> list[OfferedSlot]:
        """The slots with what was found in them. Raises 422 ``slot_busy``; with ``allow_overlap`` what is busy now is
        tolerated later.
        """
        wanted = [(item.slot.span, item.staff_ids) for item in asked]
        found = await self._availability.examined(organization_id, wanted, entries=allow_overlap)
        busy = dict.fromkeys(item.pointer for item, seen in zip(asked, found, strict=True) if seen.is_busy)
        if busy and not allow_overlap:
            raise busy_at(language, list(busy))
        return [
            item.slot.model_copy(
                update={
                    "tolerated": [*item.slot.tolerated, *seen.entries],
                    "seen": sorted({*item.slot.seen, *seen.read}),
                }
            )
            for item, seen in zip(asked, found, strict=True)
        ]

    async def taken(self, proposal: Proposal, asked: Sequence[Asked], *, over_held: bool) -> list[str]:
        """Pointers of the slots that others own, for the answer."""
        wanted = {item.pointer: set(_resources(proposal, item)) for item in asked}
        claims = await self._guards.on(
            proposal.organization_id, sorted(set().union(*wanted.values())), [item.slot.span for item in asked]
        )
        others = [
            claim
            for claim in claims
            if claim.owner != proposal.proposal_id and (claim.kind is ClaimKind.CONFIRMED or not over_held)
        ]
        return list(
            dict.fromkeys(
                item.room_pointer if is_room(claim.resource) else item.pointer
                for item in asked
                for claim in others
                if claim.resource in wanted[item.pointer] and claim.span.overlaps(item.slot.span)
            )
        )


def _resources(proposal: Proposal, item: Asked) -> list[str]:
    return resources(item.staff_ids, item.slot.room_id, proposal.zoom_user_id)

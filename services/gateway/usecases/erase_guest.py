"""Erasing a guest (X5): kept answers about them, and what was written to them and is remembered for the next guest."""

from services.gateway.store.answers import AnswerStore
from services.gateway.store.staff import StaffStore
from shared.erasing import Erased, ToErase


class EraseGuest:
    """The gateway keeps nothing else of guests."""

    def __init__(self, answers: AnswerStore, staff: StaffStore) -> None:
        self._answers = answers
        self._staff = staff

    async def __call__(self, wanted: ToErase) -> Erased:
        ids = [*wanted.ids, *wanted.former_ids]
        await self._answers.erase_about([*ids, wanted.contact_id] if wanted.contact_id else ids)
        await self._staff.forget_guidance(wanted.proposal_ids)
        return Erased()

"""Whether all new times of an appointment can be had, and which one cannot (G1, G4, E6)."""

from collections.abc import Sequence

from services.booking.model.appointment import Appointment
from services.booking.model.claims import ClaimKind, is_room
from services.booking.model.free_time import Obstacle
from services.booking.model.guarded import claims_of
from services.booking.model.series import named_in_errors
from services.booking.model.spans import Span
from services.booking.problems import CalendarUnreadable, SlotTaken, taken_at
from services.booking.usecases.availability import Availability
from shared.problem import Language


class FreeOccurrences:
    """Looks once over all of them; an error names the first that is taken."""

    def __init__(self, availability: Availability) -> None:
        self._availability = availability

    async def first_obstacle(
        self, of: Appointment, spans: Sequence[Span], asked: Sequence[str], wanted: Sequence[str]
    ) -> tuple[Span, Obstacle] | None:
        """``asked`` are staff whose calendars count, ``wanted`` resources whose claims do."""
        evidence = await self._availability.evidence(of.organization_id, asked, spans, wanted)
        found = await self._availability.check_spans(of.organization_id, evidence, spans, of.appointment_id)
        return next(((span, why) for span, why in zip(spans, found, strict=True) if why is not None), None)

    async def check(
        self, of: Appointment, spans: Sequence[Span], asked: Sequence[str], wanted: Sequence[str], language: Language
    ) -> None:
        """Raises ``CalendarUnreadable``, ``SlotTaken``."""
        found = await self.first_obstacle(of, spans, asked, wanted)
        if found is None:
            return
        span, why = found
        if why is Obstacle.UNREADABLE:
            raise CalendarUnreadable()
        if why in (Obstacle.BUSY, Obstacle.CLAIMED):
            raise self.taken(of, span, language)

    def taken(self, of: Appointment, span: Span, language: Language) -> SlotTaken:
        pointer, when = named_in_errors(of, span, language)
        return taken_at(language, [pointer], when)

    async def taken_meanwhile(
        self, of: Appointment, before: Appointment | None, language: Language, *, over_held: bool
    ) -> SlotTaken:
        """After the guard refused: the first time that somebody else owns, and whether only its room is."""
        claims = claims_of(of) - (claims_of(before) if before else set())
        spans = sorted({claim.span for claim in claims}, key=lambda span: span.start_at)
        wanted = sorted({claim.resource for claim in claims})
        evidence = await self._availability.evidence(of.organization_id, [], spans, wanted)
        theirs = [
            claim
            for claim in evidence.claims
            if claim.owner != of.appointment_id and (claim.kind is ClaimKind.CONFIRMED or not over_held)
        ]
        for span in spans:
            here = [claim for claim in theirs if claim.span.overlaps(span)]
            if here and all(is_room(claim.resource) for claim in here):
                return taken_at(language, ["/room_id"])
            if here:
                return self.taken(of, span, language)
        return taken_at(language, ["/start"])

"""Why is a time of a scheduling page missing (X11)? Booking names the rules, ``ExplainTime`` what takes a host's time;
here are the sentences.
"""

import asyncio
from collections.abc import Mapping

from services.gateway.pages.texts import text
from services.gateway.schemas.explain import Reason, ReasonKind
from services.gateway.schemas.page_times import ExplainedHost, PageExplanation, WhyNot
from services.gateway.store.staff import StaffStore
from services.gateway.usecases.explain_time import ExplainTime
from shared.contracts.api.page_times import MissingAtHost, TimeReason, WhyMissing
from shared.contracts.api.pages import HostTrouble
from shared.internal import Caller
from shared.problem import Language

_LOOKED_INTO = {TimeReason.BUSY, TimeReason.CLAIMED, TimeReason.UNREADABLE}
_TELLING = {ReasonKind.ENTRY, ReasonKind.HOLD, ReasonKind.APPOINTMENT, ReasonKind.UNREADABLE, ReasonKind.OUTSIDE_WINDOW}
_PROBES = 4


class ExplainPageTime:
    """Calls no provider (G25)."""

    def __init__(self, explain: ExplainTime, staff: StaffStore) -> None:
        self._explain = explain
        self._staff = staff

    async def __call__(self, caller: Caller, zone: str, why: WhyMissing) -> PageExplanation:
        ids = [host.staff_id for host in why.hosts]
        names = await self._staff.names_of(caller.organization_id, ids)
        hosts = await asyncio.gather(*(self._host(caller, zone, why, host, names) for host in why.hosts))
        return PageExplanation(
            start=why.start,
            end=why.end,
            free=why.free,
            host_ids=why.host_ids,
            reasons=[_sentence(reason, caller.language) for reason in why.reasons],
            hosts=list(hosts),
        )

    async def _host(
        self, caller: Caller, zone: str, why: WhyMissing, host: MissingAtHost, names: Mapping[str, str]
    ) -> ExplainedHost:
        known = host.staff_id in names
        looked_into = known and _LOOKED_INTO.intersection(host.reasons)
        told: list[TimeReason | HostTrouble] = [*host.reasons, *([host.trouble] if host.trouble else [])]
        return ExplainedHost(
            staff_id=host.staff_id,
            name=names.get(host.staff_id, host.staff_id),
            free=not told,
            reasons=[_sentence(one, caller.language) for one in told],
            taken_by=await self._taken_by(caller, zone, why, host.staff_id) if looked_into else [],
        )

    async def _taken_by(self, caller: Caller, zone: str, why: WhyMissing, staff_id: str) -> list[Reason]:
        """The first of the meeting that is in the way, looked for at a few moments."""
        for probe in range(_PROBES):
            at = why.start + (why.end - why.start) * probe / _PROBES
            found = await self._explain(caller, zone, staff_id, at)
            if telling := [one for one in found.reasons if one.kind in _TELLING]:
                return telling
        return []


def _sentence(reason: TimeReason | HostTrouble, language: Language) -> WhyNot:
    return WhyNot(reason=reason, detail=text(language, f"scheduling.why_{reason}"))

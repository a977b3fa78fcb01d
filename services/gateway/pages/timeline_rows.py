"""The section 経過 of the pages of a proposal and an appointment: one line per entry, in the organization's zone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Request

from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.rendering import language_for
from services.gateway.pages.timeline_items import PROVIDERS, timeline_list
from services.gateway.parts import parts_of
from shared.contracts.api.timeline import CallView, TimelineItem
from shared.problem import Language


@dataclass
class TimelineRow:
    """``count`` entries of one minute that say the same of several calendars are one line."""

    at: str
    iso: str
    title: str
    who: str
    kind: str
    count: int = 0
    details: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    """What the template shows; ``more`` leads on where there is more, ``first`` back."""

    rows: list[TimelineRow]
    more: str = ""
    first: bool = False


async def timeline_of(request: Request, signed_in: SignedIn, noun: str, an_id: str) -> Timeline:
    cursor = request.query_params.get("timeline", "")
    told = await parts_of(request).timeline(signed_in.caller(), noun, an_id, cursor=cursor or None)
    language, zone = language_for(request), signed_in.zone
    listed = timeline_list(told, zone=zone, language=language)
    return Timeline(rows_of(listed.items, zone, language), listed.next_cursor or "", bool(cursor))


def rows_of(items: Sequence[TimelineItem], zone: str, language: Language) -> list[TimelineRow]:
    rows: dict[tuple[str, str, str], TimelineRow] = {}
    for item in items:
        at = times.moment(item.at, zone, language)
        row = TimelineRow(at, item.at.isoformat(), item.title, item.actor.name, item.actor.kind)
        row = rows.setdefault((at, item.title, item.actor.name), row)
        row.count += 1
        if item.detail and item.detail not in row.details:
            row.details.append(item.detail)
        row.calls += [_call(call) for call in item.calls]
    return list(rows.values())


def _call(call: CallView) -> str:
    provider = PROVIDERS.get(call.provider, call.provider)
    return f"{call.at:%H:%M:%S} {provider} {call.operation} → {call.result}"

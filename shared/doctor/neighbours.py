"""Proves that the services that this one asks answer, are ready, take its token, and know the same time zones (G6)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.doctor.findings import Finding, State, ok, wrong
from shared.doctor.outside import NotReached, ask, clock_skew
from shared.doctor.stores import clock_finding, place_of
from shared.http import Response, internal_client, json_object
from shared.settings import ServiceSettings
from shared.zone_rules import version_in_use

_TIMEOUT = timedelta(seconds=20)


@dataclass(frozen=True)
class Neighbour:
    """As the settings name it."""

    name: str
    url: str
    token: str = field(repr=False)


def neighbours_of(settings: ServiceSettings) -> list[Neighbour]:
    """Every pair of settings ``X_url`` and ``X_token``."""
    names = [name.removesuffix("_token") for name in type(settings).model_fields if name.endswith("_token")]
    return [
        Neighbour(name, getattr(settings, f"{name}_url"), getattr(settings, f"{name}_token").get_secret_value())
        for name in names
        if hasattr(settings, f"{name}_url")
    ]


async def examine_neighbours(settings: ServiceSettings) -> Sequence[Finding]:
    """Side by side."""
    found = await asyncio.gather(*(_examine(each) for each in neighbours_of(settings)))
    return [finding for findings in found for finding in findings]


async def _examine(neighbour: Neighbour) -> list[Finding]:
    name, place = neighbour.name, place_of(neighbour.url)
    asked = internal_client(neighbour.url, neighbour.token, timeout=_TIMEOUT)
    try:
        healthy = await ask(asked, "/healthz")
        ready = await ask(asked, "/readyz")
        inside = await ask(asked, "/internal/caller")
    except NotReached as error:
        advice = f"look at its log and restart it, or correct CHOSEI_{name.upper()}_URL"
        return [wrong(name, f"{name} at {place} does not answer: {error}", advice)]
    finally:
        await asked.aclose()
    told = json_object(healthy)
    if told.get("service") != name:
        found = f"at {place} answers {str(told.get('service', 'something else'))[:40]} in place of {name}"
        return [wrong(name, found, f"correct CHOSEI_{name.upper()}_URL")]
    troubles = [*_not_ready(name, ready), *_not_let_in(name, inside)]
    well = [ok(name, f"{name} at {place} answers, is ready and takes our token")]
    return [*(troubles or well), *_zones(name, told), *_clock(name, healthy)]


def _not_ready(name: str, answer: Response) -> list[Finding]:
    if answer.status_code == 200:
        return []
    checks = json_object(answer).get("checks")
    failing = [check for check, state in (checks if isinstance(checks, dict) else {}).items() if state != "ok"]
    found = f"{name} is not ready: {', '.join(failing) or answer.status_code}"
    return [wrong(name, found, f"see what is said of {name} itself, and its log")]


def _not_let_in(name: str, answer: Response) -> list[Finding]:
    if answer.status_code != 401:
        return []
    advice = f"what CHOSEI_{name.upper()}_TOKEN is here must stand in {name}'s CHOSEI_API_TOKENS"
    return [wrong(name, f"{name} refuses our token", advice)]


def _zones(name: str, told: dict[str, Any]) -> list[Finding]:
    ours, theirs = version_in_use(), str(told.get("tzdata", "of an unknown release"))[:40]
    if ours == theirs:
        return []
    found = f"{name} has the time zone rules {theirs}, here they are {ours}"
    return [wrong("time zones", found, "run one version everywhere: a rule that differs puts appointments an hour off")]


def _clock(name: str, answer: Response) -> list[Finding]:
    skew = clock_skew(answer)
    finding = clock_finding(name, skew) if skew is not None else None
    return [finding] if finding and finding.state is State.WRONG else []

"""``python -m services.NAME.doctor``: examines what this service needs, with its own settings and beside it.

Each finding is a line of JSON; ``chosei doctor`` reads them and speaks to people. Ends with 1 where something is wrong.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import TypeVar

from pydantic import ValidationError

from shared.doctor.findings import Examination, Finding, State, examined, ok, wrong
from shared.doctor.keys import examine_rings, examine_stored
from shared.doctor.neighbours import examine_neighbours, neighbours_of
from shared.doctor.stores import examine_broker, examine_database
from shared.observability import logging
from shared.rotation import Secrets
from shared.settings import ServiceSettings
from shared.zone_rules import version_in_use

S = TypeVar("S", bound=ServiceSettings)


def run(
    service: str,
    read: Callable[[], S],
    own: Callable[[S], Sequence[Examination]] = lambda settings: (),
    secrets: Secrets | None = None,
) -> None:
    """``own`` is what only this service needs; ``secrets`` what it keeps encrypted."""
    logging.configure(service, "CRITICAL")
    findings = asyncio.run(examine(service, read, own, secrets))
    for finding in findings:
        sys.stdout.write(json.dumps({"service": service, **asdict(finding)}, ensure_ascii=False) + "\n")
    sys.exit(any(finding.state is State.WRONG for finding in findings))


async def examine(
    service: str,
    read: Callable[[], S],
    own: Callable[[S], Sequence[Examination]],
    secrets: Secrets | None = None,
) -> Sequence[Finding]:
    """Everything side by side; what is well formed comes first, since nothing else can be tried without."""
    try:
        settings = read()
    except ValidationError as error:
        return [_missing(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors(include_input=False)]
    rings = examine_rings(settings)
    if any(finding.state is State.WRONG for finding in rings):
        return rings
    mongo_url = settings.mongo_url.get_secret_value()
    examinations = [
        Examination("broker", partial(examine_broker, settings.amqp_url.get_secret_value())),
        Examination("database", partial(examine_database, mongo_url, service)),
        *([Examination("neighbours", partial(examine_neighbours, settings))] if neighbours_of(settings) else []),
        *own(settings),
    ]
    findings = [*rings, ok("time zones", f"the rules are {version_in_use()}"), *await examined(examinations)]
    if secrets and not any(one.what == "database" and one.state is State.WRONG for one in findings):
        stored = partial(examine_stored, mongo_url, service, settings.data_ring, secrets)
        findings += await examined([Examination("secrets at rest", stored)])
    return findings


def _missing(name: str, why: str) -> Finding:
    return wrong("settings", f"CHOSEI_{name.upper()}: {why}", "services/…/settings.py says what it is for")

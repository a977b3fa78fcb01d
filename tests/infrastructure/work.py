"""What each process of a demo's services has done, as its own metrics tell it."""

import re
from collections.abc import Mapping

import httpx

from deploy.demo.layout import HOST
from tests.infrastructure.demo import RunningDemo

_DONE = re.compile(
    r"^(?:faststream_received_processed_messages_total|chosei_http_request_seconds_count)\{(.*)\} (\S+)$", re.MULTILINE
)
_ASKED_BY_WATCHERS = ("/readyz", "/healthz", "/startedz", "/metrics")


async def work_done(demo: RunningDemo) -> dict[str, float]:
    """Messages handled and requests answered since it started, by the process's name."""
    async with httpx.AsyncClient(timeout=30) as client:
        return {
            replica.name: _sum((await client.get(f"http://{HOST}:{replica.port}/metrics")).raise_for_status().text)
            for replica in demo.replicas
        }


def shares(demo: RunningDemo, before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Of what its service did meanwhile, the part of each process: 1 where it did as much as the others."""
    found: dict[str, float] = {}
    for service in {replica.service for replica in demo.replicas}:
        names = [replica.name for replica in demo.layout.replicas_of(service)]
        done = {name: after[name] - before[name] for name in names}
        fair = sum(done.values()) / len(names)
        found |= {name: done[name] / fair if fair else 0.0 for name in names}
    return found


def _sum(metrics: str) -> float:
    done = (float(value) for labels, value in _DONE.findall(metrics) if not _is_of_watchers(labels))
    return sum(done)


def _is_of_watchers(labels: str) -> bool:
    return any(path in labels for path in _ASKED_BY_WATCHERS)

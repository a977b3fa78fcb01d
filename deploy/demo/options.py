"""What the caller may choose, from the environment of ``make demo``."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.credentials import SERVICES
from deploy.demo.layout import Layout

# Settings that reach every process as they are: how much is logged, where traces go.
_FOR_ALL = ("CHOSEI_LOG_LEVEL", "CHOSEI_OTLP_ENDPOINT", "CHOSEI_TRACE_RATIO")
_FOR_THE_SANDBOX = ("CHOSEI_SANDBOX_LATENCY_S",)
_MOST_REPLICAS = 4
"""calendar_sync shares what Microsoft allows for one mailbox at once: four requests."""


class BadOption(Exception):
    """A variable holds something that it cannot."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name}={value}: {wanted}")


@dataclass(frozen=True)
class Options:
    """One start of the demo."""

    layout: Layout
    detach: bool = False
    keep: bool = False
    seed: bool = True
    staff: int = 0
    for_all: Mapping[str, str] = field(default_factory=dict)
    for_the_sandbox: Mapping[str, str] = field(default_factory=dict)
    for_one: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Settings of single services on top of the demo's own: tests lift limits by them."""
    amqp_port: int = 0
    mongo_port: int = 0
    """Where services find the broker and the database, if not where these are: tests cut what stands between."""


def read_options(environment: Mapping[str, str] = os.environ) -> Options:
    """Raises ``BadOption``."""
    return Options(
        layout=Layout(
            gateway_port=_number(environment, "CHOSEI_GATEWAY_PORT", 8000, 1024, 65535),
            sandbox_port=_number(environment, "CHOSEI_SANDBOX_PORT", 8025, 1024, 65535),
            replicas=_replicas(environment, "CHOSEI_DEMO_REPLICAS"),
        ),
        detach=_flag(environment, "DETACH", default=False),
        keep=_flag(environment, "CHOSEI_KEEP", default=False),
        seed=_flag(environment, "CHOSEI_SEED", default=True),
        staff=_number(environment, "CHOSEI_DEMO_STAFF", 0, 0, 999),
        for_all=_present(environment, _FOR_ALL),
        for_the_sandbox=_present(environment, _FOR_THE_SANDBOX),
        for_one=_per_service(environment, "CHOSEI_DEMO_SETTINGS"),
        amqp_port=_number(environment, "CHOSEI_DEMO_AMQP_PORT", 0, 0, 65535),
        mongo_port=_number(environment, "CHOSEI_DEMO_MONGO_PORT", 0, 0, 65535),
    )


def _number(environment: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    value = environment.get(name) or str(default)
    if not value.isdecimal() or not lowest <= int(value) <= highest:
        raise BadOption(name, value, f"a number from {lowest} to {highest} is wanted")
    return int(value)


def _replicas(environment: Mapping[str, str], name: str) -> dict[str, int]:
    """``2`` of each service, or ``booking=3,notifier=2``."""
    value = environment.get(name) or "1"
    pairs = [part.strip().partition("=")[::2] for part in value.split(",")]
    if "=" not in value:
        pairs = [(service, value) for service in SERVICES]
    counts = {service: int(count) for service, count in pairs if service in SERVICES and count.isdecimal()}
    if len(counts) != len(pairs) or not all(1 <= count <= _MOST_REPLICAS for count in counts.values()):
        raise BadOption(name, value, f"a number from 1 to {_MOST_REPLICAS} is wanted, or one for single services")
    return counts


def _flag(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environment.get(name) or str(int(default))
    if value not in {"0", "1"}:
        raise BadOption(name, value, "0 or 1 is wanted")
    return value == "1"


def _present(environment: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: environment[name] for name in names if environment.get(name)}


def _per_service(environment: Mapping[str, str], name: str) -> dict[str, dict[str, str]]:
    """JSON: ``{"gateway": {"CHOSEI_LOG_LEVEL": "DEBUG"}}``."""
    value = environment.get(name) or "{}"
    try:
        parsed = json.loads(value)
        return {service: {key: str(text) for key, text in settings.items()} for service, settings in parsed.items()}
    except (ValueError, AttributeError) as error:
        raise BadOption(name, value, "a JSON object of settings by service is wanted") from error

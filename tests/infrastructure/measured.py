"""What a service in the same process counted, as Prometheus would read it."""

from dataclasses import dataclass, field

from shared.observability.metrics import REGISTRY


def measured(name: str, **labels: str) -> float:
    """0 where nothing was counted yet."""
    return REGISTRY.get_sample_value(name, labels) or 0


@dataclass
class Growth:
    """Of one counter since this was made; others in the same process may have counted before."""

    name: str
    labels: dict[str, str]
    _before: float = field(init=False)

    def __post_init__(self) -> None:
        self._before = measured(self.name, **self.labels)

    @property
    def count(self) -> float:
        return measured(self.name, **self.labels) - self._before


def growth_of_effect(effect: str, outcome: str) -> Growth:
    return Growth("chosei_effects_total", {"effect": effect, "outcome": outcome})


def growth_of_stage(stage: str) -> Growth:
    return Growth("chosei_stage_seconds_count", {"stage": stage})

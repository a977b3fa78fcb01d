"""Examples that hypothesis makes for a running server: the same in every run, few, and as slow as they are."""

from hypothesis import HealthCheck, Phase, settings

AT_A_SERVER = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""To be narrowed by ``max_examples``."""

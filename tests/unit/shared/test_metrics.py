"""What stands in metrics before anything happened, and what is said with 0."""

from datetime import timedelta

from prometheus_client import CollectorRegistry

from shared import clock
from shared.health import measure
from shared.observability import metrics
from shared.watch import Watch
from tests.waiting import eventually

REGISTRY: CollectorRegistry = metrics.REGISTRY


def test_what_a_service_makes_is_counted_from_zero_so_that_the_first_failure_is_a_growth() -> None:
    metrics.expect_effects("thing", stages=("thing_made",))
    assert REGISTRY.get_sample_value("chosei_effects_total", {"effect": "thing", "outcome": "failed"}) == 0
    assert REGISTRY.get_sample_value("chosei_stage_seconds_count", {"stage": "thing_made"}) == 0


async def test_what_a_service_needs_is_seen_to_answer_or_not() -> None:
    async def answers() -> bool:
        return True

    async def fails() -> bool:
        raise ConnectionError

    await measure({"thing": answers, "other": fails})
    found = [REGISTRY.get_sample_value("chosei_check_passes", {"check": check}) for check in ("thing", "other")]
    assert found == [1, 0]


async def test_when_gauges_were_measured_is_known() -> None:
    began = clock.real_now().timestamp()

    async def nothing() -> None:
        return

    watch = Watch("test_watch", nothing, every=timedelta(hours=1))
    await watch.start()
    at = await eventually(
        lambda: REGISTRY.get_sample_value("chosei_measured_timestamp_seconds", {"watch": "test_watch"})
    )
    assert at >= began
    await watch.stop()

"""What rules and dashboards read is exported by the services as they run, with its labels and with 0 before the first
failure (X7).
"""

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from deploy.credentials import SERVICES
from shared.contracts.stages import Stage
from tests.contract.deploy.observed import SCRAPED, all_that_is_read
from tests.e2e.main_job.conftest import System
from tests.infrastructure.promql import Selector
from tests.waiting import eventually

WITH_THE_FIRST_ONE = {"chosei_messages_failed_total", "chosei_calendar_drift_total"}
"""Have no series before something failed or was changed by hand; nothing waits for their growth."""

Series = dict[str, list[Sample]]


async def exported(system: System) -> tuple[Series, set[str]]:
    """Every series of all services by its name, and the names of all families."""
    series: Series = {}
    families: set[str] = set()
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for service in SERVICES:
            text = (await client.get(f"{system.demo.layout.service_url(service)}/metrics")).raise_for_status().text
            for family in text_string_to_metric_families(text):
                families |= {family.name, f"{family.name}_total"}
                for sample in family.samples:
                    series.setdefault(sample.name, []).append(sample)
    return series, families


def is_there(one: Selector, series: Series, families: set[str]) -> bool:
    if one.name in WITH_THE_FIRST_ONE:
        return one.name in families
    wanted = {matcher.label: matcher.value for matcher in one.matchers if matcher.operator == "="}
    return any(
        one.labels <= sample.labels.keys() | SCRAPED and wanted.items() <= {**wanted, **sample.labels}.items()
        for sample in series.get(one.name, [])
    )


def measured_stages(series: Series) -> set[str]:
    return {one.labels["stage"] for one in series.get("chosei_stage_seconds_count", []) if one.value > 0}


async def test_x7_every_metric_of_rules_and_dashboards_is_exported_by_a_running_service(system: System) -> None:
    """And a confirmation leaves a time at every stage."""
    proposal = await system.proposed(title="測る")
    assert (await system.confirm(proposal)).status_code == 201
    await system.issued(proposal)
    read = [one for one in all_that_is_read() if not one.name.startswith(("rabbitmq", "up"))]
    left: list[Selector] = read

    async def all_there() -> bool:
        nonlocal left
        series, families = await exported(system)
        left = [one for one in read if not is_there(one, series, families)]
        return not left and measured_stages(series) == set(Stage)

    try:
        await eventually(all_there)
    except AssertionError:
        raise AssertionError(left) from None

"""Rules and dashboards name metrics and labels that exist, every alert leads into the runbook and has a test, which
``promtool`` runs; ``make test`` installs it.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.credentials import SERVICES
from deploy.grafana.__main__ import generated
from shared.observability.metrics import REGISTRY
from tests.contract.deploy.kubernetes import OVERLAYS, of_kind
from tests.contract.deploy.observed import (
    ALERTS,
    DASHBOARDS,
    GROUPS,
    PROMETHEUS,
    PROMTOOL,
    ROOT,
    RULES,
    RUNBOOK,
    SCRAPED,
    expressions_of,
    read_by,
    sections,
)
from tests.infrastructure.promql import Matcher, Selector, selectors

_OF_OTHERS = {
    "up": frozenset({"job", "service", "instance"}),
    # Seen at the real broker by tests/integration/deploy/test_broker_metrics.py.
    "rabbitmq_detailed_queue_messages": frozenset({"queue", "vhost", "job", "instance"}),
    "rabbitmq_detailed_queue_consumers": frozenset({"queue", "vhost", "job", "instance"}),
}


def known() -> dict[str, frozenset[str]]:
    """The labels of every series that can be read, by its name."""
    found = dict(_OF_OTHERS)
    for collector in {*REGISTRY._collector_to_names}:
        names: Any = getattr(collector, "_labelnames", ())
        for family in collector.collect():
            for suffix in ("", "_total", "_bucket", "_count", "_sum"):
                le = {"le"} if suffix == "_bucket" else set()
                found[f"{family.name}{suffix}"] = SCRAPED | {*names, *le}
    return found


def missing(read: list[Selector]) -> list[str]:
    known_labels = known()
    unknown = [one.name for one in read if one.name not in known_labels]
    wrong = [
        f"{one.name}{{{label}}}"
        for one in read
        for label in one.labels
        if label not in known_labels.get(one.name, {label})
    ]
    return [*unknown, *wrong]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_every_rule_reads_metrics_and_labels_that_exist(rule: dict[str, str]) -> None:
    assert missing(read_by(rule["expr"])) == []
    assert selectors(rule["expr"])


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_every_panel_reads_metrics_and_labels_that_exist(path: Path) -> None:
    assert missing(read_by(*expressions_of(path))) == []
    assert expressions_of(path)


def test_a_metric_or_a_label_that_is_not_there_is_found() -> None:
    assert missing(read_by("sum by (colour) (rate(chosei_effects_total[5m]))")) == ["chosei_effects_total{colour}"]
    assert missing(read_by('max(chosei_nothing{left="0"})')) == ["chosei_nothing"]
    read = selectors(r'rate(chosei_a_total{x!~"a|\"b",y="c"}[5m]) / up')
    assert [one.name for one in read] == ["chosei_a_total", "up"]
    assert read[0].matchers == (Matcher("x", "!~", r"a|\"b"), Matcher("y", "=", "c"))


def test_every_alert_leads_to_a_chapter_of_the_runbook() -> None:
    anchors = sections(RUNBOOK.read_text())
    for alert in ALERTS:
        page, _, anchor = alert["annotations"]["runbook"].partition("#")
        assert (ROOT / page, anchor in anchors) == (RUNBOOK, True), alert["alert"]
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert alert["annotations"]["summary"]


def test_every_alert_is_tested() -> None:
    told = yaml.safe_load((PROMETHEUS / "rules_test.yml").read_text())
    fired = {one["alertname"] for test in told["tests"] for one in test["alert_rule_test"] if one["exp_alerts"]}
    assert fired == {alert["alert"] for alert in ALERTS}


def test_an_alert_that_names_services_names_all_of_them() -> None:
    (alert,) = [one for one in ALERTS if one["alert"] == "ServiceIsMissing"]
    assert sorted(re.findall(r'service="(\w+)"', alert["expr"])) == sorted(SERVICES)


def test_compose_scrapes_every_service_under_the_name_that_the_rules_use() -> None:
    jobs = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
    (job,) = [one for one in jobs if one["job_name"] == "chosei"]
    (found,) = job["dns_sd_configs"]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {*found["names"]} <= compose.keys()
    assert sorted(_relabelled(name, job["relabel_configs"]) for name in found["names"]) == sorted(SERVICES)


def _relabelled(dns_name: str, configs: list[dict[str, Any]]) -> str:
    """As Prometheus does: each that fits replaces the label."""
    service = ""
    for one in configs:
        assert (one["source_labels"], one["target_label"]) == (["__meta_dns_name"], "service")
        if fits := re.fullmatch(one.get("regex", "(.*)"), dns_name):
            template = re.sub(r"\$\{(\d)\}", r"\\\1", one.get("replacement", "${1}"))
            service = fits.expand(template)
    return service


def test_what_is_counted_alike_by_every_replica_is_never_added_up() -> None:
    """Within a sum such a gauge stands in a ``max by``."""
    measured = [name for name in known() if name.startswith("chosei_") and _is_gauge(name)]
    expressions = [rule["expr"] for rule in RULES] + [one for path in DASHBOARDS for one in expressions_of(path)]
    for expression in expressions:
        bare = re.sub(r"\s+", " ", expression)
        for name in measured:
            assert not re.search(rf"sum (?:by )?\([^()]*\) ?\({name}\b|sum ?\({name}\b", bare), expression


def _is_gauge(name: str) -> bool:
    return any(family.name == name and family.type == "gauge" for family in REGISTRY.collect())


def test_what_is_generated_is_up_to_date() -> None:
    """``make dashboards`` writes it."""
    for path, text in generated().items():
        assert path.read_text("utf-8") == text, path.name
    assert {path for path in generated() if path.suffix == ".json"} == {*DASHBOARDS}


def test_the_same_dashboard_is_home_in_compose() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    home = compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert Path(home).name in {path.name for path in DASHBOARDS}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_cluster_has_the_same_alerts(overlay: str) -> None:
    assert of_kind(overlay, "PrometheusRule")["chosei"]["spec"]["groups"] == GROUPS


def test_every_metric_is_explained() -> None:
    """By name and labels, in the table of ``deploy/prometheus/README.md``."""
    table = (PROMETHEUS / "README.md").read_text()
    rows = re.findall(r"^\| `(chosei_\w+)` \|([^|]*)\|", table, re.MULTILINE)
    explained = {name: frozenset(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    ours = {}
    for collector in {*REGISTRY._collector_to_names}:
        for family in collector.collect():
            if family.name.startswith("chosei_"):
                name = f"{family.name}_total" if family.type == "counter" else family.name
                ours[name] = frozenset(getattr(collector, "_labelnames", ()))
    assert explained == ours


@pytest.mark.parametrize("arguments", [("check", "config", "prometheus.yml"), ("test", "rules", "rules_test.yml")])
def test_prometheus_accepts_its_files(arguments: tuple[str, ...]) -> None:
    promtool(*arguments)


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_prometheus_understands_every_panel(path: Path, tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "5m")}
        for number, expression in enumerate(expressions_of(path))
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    promtool("check", "rules", str(file))


def promtool(*arguments: str) -> None:
    if PROMTOOL is None:
        pytest.skip("no promtool for this machine")
    done = subprocess.run([PROMTOOL, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr

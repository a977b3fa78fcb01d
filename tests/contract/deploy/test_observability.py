"""Rules and dashboards name metrics that exist; ``promtool`` checks and tests the rules where it is installed."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from shared.observability.metrics import REGISTRY

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = [rule for group in yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"] for rule in group["rules"]]
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
# From rabbitmq_prometheus, /metrics/detailed with the families of prometheus.yml; seen on 3.10.8.
BROKER_METRICS = {"rabbitmq_detailed_queue_messages", "rabbitmq_detailed_queue_consumers"}


def known_names() -> set[str]:
    families = list(REGISTRY.collect())
    suffixes = ("", "_total", "_bucket", "_count", "_sum")
    own = {f"{family.name}{suffix}" for family in families for suffix in suffixes}
    return own | BROKER_METRICS | {rule["record"] for rule in RULES if "record" in rule}


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:chosei|rabbitmq)[a-z0-9_:]+", re.sub(r'"[^"]*"', '""', expression)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_every_rule_reads_metrics_that_exist(rule: dict[str, str]) -> None:
    assert names_in(rule["expr"]) <= known_names()


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_every_panel_reads_metrics_that_exist(path: Path) -> None:
    panels = json.loads(path.read_text())["panels"]
    read = {name for panel in panels for target in panel["targets"] for name in names_in(target["expr"])}
    assert read
    assert read <= known_names()


def test_every_alert_leads_to_a_chapter_of_the_runbook() -> None:
    runbook = (ROOT / "deploy" / "README.md").read_text()
    titles = re.findall(r"^#+ (.+)$", runbook, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    linked = {rule["annotations"]["runbook"].partition("#")[2] for rule in RULES if "alert" in rule}
    assert linked <= anchors


@pytest.mark.parametrize("arguments", [("check", "config", "prometheus.yml"), ("test", "rules", "rules_test.yml")])
def test_prometheus_accepts_its_files(arguments: tuple[str, ...]) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool here")
    done = subprocess.run(["promtool", *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr

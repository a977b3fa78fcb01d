"""Rules and dashboards as tests read them."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from tests.infrastructure.promql import Selector, selectors

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS = ROOT / "deploy" / "prometheus"
RUNBOOK = ROOT / "deploy" / "README.md"
GROUPS: list[dict[str, Any]] = yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
PROMTOOL = shutil.which("promtool") or shutil.which(ROOT / ".local" / "bin" / "promtool")
"""As ``deploy/bootstrap/prometheus.sh`` found it or put it there."""
SCRAPED = frozenset({"job", "service", "instance"})
"""Labels that Prometheus adds to every series of ours."""


def expressions_of(dashboard: Path) -> list[str]:
    panels = json.loads(dashboard.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", [])]


def read_by(*expressions: str) -> list[Selector]:
    """Series that are read, but for those that rules record."""
    return [one for expression in expressions for one in selectors(expression) if one.name not in RECORDED]


def all_that_is_read() -> list[Selector]:
    of_panels = [expression for path in DASHBOARDS for expression in expressions_of(path)]
    return read_by(*(rule["expr"] for rule in RULES), *of_panels)


def sections(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}

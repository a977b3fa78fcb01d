"""The rules as Prometheus' operator takes them on a cluster, made from ``rules.yml`` so that there is one place."""

from pathlib import Path

import yaml

RULES = Path(__file__).parent / "rules.yml"
_HEAD = "# Made from deploy/prometheus/rules.yml by `make dashboards`.\n"


def prometheus_rule() -> str:
    """A manifest; labels as in ``monitoring.yaml``, which the operator of most clusters looks for by its own."""
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "chosei"},
        "spec": yaml.safe_load(RULES.read_text("utf-8")),
    }
    return _HEAD + yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=1000)

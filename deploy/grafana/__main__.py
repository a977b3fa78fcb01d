"""``make dashboards``: write Grafana's dashboards, and the cluster's copy of the alerts."""

import json
from pathlib import Path

from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import dashboard
from deploy.prometheus.cluster import prometheus_rule

_DEPLOY = Path(__file__).resolve().parents[1]
DASHBOARDS = _DEPLOY / "grafana" / "dashboards"
ALERTS = _DEPLOY / "kubernetes" / "base" / "surroundings" / "alerts.yaml"


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    files = {
        DASHBOARDS / f"{board.uid.removeprefix('chosei-')}.json": json.dumps(
            dashboard(board), indent=2, ensure_ascii=False
        )
        + "\n"
        for board in BOARDS
    }
    return {**files, ALERTS: prometheus_rule()}


def main() -> None:
    for path, text in generated().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()

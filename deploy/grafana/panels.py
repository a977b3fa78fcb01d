"""What a dashboard is made of: panels that are laid out from left to right, row by row, and written as Grafana reads
them. Colours mean trouble only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

_WIDTH = 24
_TAG = "chosei"
_SOURCE = {"type": "prometheus", "uid": "prometheus"}
_SCHEMA = 39
Json = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """One query, and how its series are called: ``{{label}}`` stands for a label's value."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """``says`` is shown beside the title. From ``bad_from`` on a value is red; ``good_from`` is the other way round."""

    title: str
    kind: Literal["stat", "timeseries", "bargauge"]
    targets: tuple[Target, ...]
    width: int
    height: int
    unit: str = ""
    says: str = ""
    bad_from: float | None = None
    good_from: float | None = None
    stacked: bool = False


@dataclass(frozen=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Board:
    """One dashboard; its file is called by its ``uid``, without the prefix."""

    uid: str
    title: str
    rows: Sequence[Row]


def number(
    title: str,
    expr: str,
    *,
    unit: str = "",
    says: str = "",
    bad_from: float | None = None,
    good_from: float | None = None,
    width: int = 6,
) -> Panel:
    """The newest value, in large."""
    return Panel(title, "stat", (Target(expr),), width, 4, unit, says, bad_from, good_from)


def numbers(title: str, expr: str, legend: str, *, says: str = "", bad_from: float | None = None) -> Panel:
    """The newest value of each series."""
    return Panel(title, "stat", (Target(expr, legend),), 12, 6, says=says, bad_from=bad_from)


def graph(
    title: str, *targets: Target, unit: str = "", says: str = "", stacked: bool = False, width: int = 12
) -> Panel:
    return Panel(title, "timeseries", targets, width, 8, unit, says, stacked=stacked)


def quantile(share: float, metric: str, by: str, *, where: str = "") -> str:
    """The value below which this share of a histogram lies, by labels."""
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket{where}[$__rate_interval])))"


def per_second(metric: str, by: str, *, where: str = "") -> str:
    """Of a counter of all replicas together."""
    return f"sum by ({by}) (rate({metric}{where}[$__rate_interval]))"


def dashboard(board: Board) -> Json:
    """As Grafana reads it; ids are places, so that a change shows as one."""
    return {
        "uid": board.uid,
        "title": board.title,
        "tags": [_TAG],
        "timezone": "browser",
        "schemaVersion": _SCHEMA,
        "version": 1,
        "refresh": "10s",
        "time": {"from": "now-30m", "to": "now"},
        "links": [{"type": "dashboards", "title": "Chosei", "tags": [_TAG], "keepTime": True, "icon": "external link"}],
        "panels": _laid_out(board.rows),
    }


def _laid_out(rows: Sequence[Row]) -> list[Json]:
    made: list[Json] = []
    top = 0
    for row in rows:
        place = {"x": 0, "y": top, "w": _WIDTH, "h": 1}
        made.append({"id": len(made) + 1, "title": row.title, "type": "row", "gridPos": place, "panels": []})
        left, top, height = 0, top + 1, 0
        for panel in row.panels:
            if left + panel.width > _WIDTH:
                left, top, height = 0, top + height, 0
            made.append(_panel(len(made) + 1, panel, left, top))
            left, height = left + panel.width, max(height, panel.height)
        top += height
    return made


def _panel(number: int, panel: Panel, left: int, top: int) -> Json:
    return {
        "id": number,
        "title": panel.title,
        **({"description": panel.says} if panel.says else {}),
        "type": panel.kind,
        "datasource": _SOURCE,
        "gridPos": {"x": left, "y": top, "w": panel.width, "h": panel.height},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": _SOURCE, "expr": target.expr, "legendFormat": target.legend}
            for place, target in enumerate(panel.targets)
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        **({"options": {"colorMode": "background"}} if _steps(panel) and panel.kind == "stat" else {}),
    }


def _defaults(panel: Panel) -> Json:
    defaults: Json = {"unit": panel.unit} if panel.unit else {}
    if steps := _steps(panel):
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    if panel.stacked:
        defaults["custom"] = {"stacking": {"mode": "normal"}, "fillOpacity": 30}
    return defaults


def _steps(panel: Panel) -> list[Json]:
    if panel.bad_from is not None:
        return [{"color": "green", "value": None}, {"color": "red", "value": panel.bad_from}]
    if panel.good_from is not None:
        return [{"color": "red", "value": None}, {"color": "green", "value": panel.good_from}]
    return []

"""Who publishes and who hears each event, read from the services' own sources: tables of ``hears(…)`` and uses of
classes.
"""

import ast
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Wiring:
    """``consumers`` and ``used_by``: names of services by the event's class name."""

    consumers: dict[str, list[str]]
    used_by: dict[str, set[str]]


def read_wiring(root: Path = ROOT) -> Wiring:
    consumers: dict[str, list[str]] = defaultdict(list)
    used_by: dict[str, set[str]] = defaultdict(set)
    for path in sorted((root / "services").rglob("*.py")):
        service = path.relative_to(root / "services").parts[0]
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = _name(node.func)
            if name == "hears" and len(node.args) >= 2:
                heard = _name(node.args[1])
                if service not in consumers[heard]:
                    consumers[heard].append(service)
            else:
                used_by[name].add(service)
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                if name != "hears":
                    used_by[_name(argument)].add(service)
    return Wiring(dict(consumers), dict(used_by))


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""

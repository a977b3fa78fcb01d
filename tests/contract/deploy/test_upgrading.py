"""What deploy/UPGRADING.md says about versions is what the code does."""

import ast
import re
from pathlib import Path

from deploy.credentials import SERVICES

ROOT = Path(__file__).resolve().parents[3]
NOTES = (ROOT / "deploy" / "UPGRADING.md").read_text()


def steps_of(service: str) -> list[tuple[str, int, str]]:
    """As they are written in the service's ``migrations.py``."""
    path = ROOT / "services" / service / "migrations.py"
    calls = (
        [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)] if path.exists() else []
    )
    made = [call.args for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Step"]
    return [(service, ast.literal_eval(number), ast.literal_eval(name)) for number, name, *_ in made]


def test_every_step_of_a_database_is_explained() -> None:
    written = [step for service in SERVICES for step in steps_of(service)]
    explained = re.findall(r"^\| (\w+) \| (\d+) `(\w+)` \| \S.*\|$", NOTES, re.MULTILINE)
    assert [(service, int(number), name) for service, number, name in explained] == written
    assert written

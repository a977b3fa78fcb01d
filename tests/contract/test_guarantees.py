"""``tests/README.md`` says which test proves which guarantee; what it names is there."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
README = (TESTS / "README.md").read_text()
ROW = re.compile(r"^\|[^|]*\| \[[^]]*\]\(([^)]+)\) \|(.*)\|$", re.MULTILINE)


def names_in(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("file", "names"), ROW.findall(README), ids=lambda part: part[:60])
def test_every_test_that_the_table_names_exists(file: str, names: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", names))
    assert named
    assert named - names_in(TESTS / file) == set()


def test_no_guarantee_is_left_out() -> None:
    missing = [number for number in range(1, 28) if f"| **G{number}** " not in README]
    assert missing == []

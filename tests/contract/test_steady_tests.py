"""What made tests fail now and then while nothing was wrong: rules that keep it out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
A_FEW_LETTERS = re.compile(r"[A-Za-z0-9_-]{1,4}")
"""A token of 43 letters holds a given three of them once in six thousand pages, and a page has several."""
CLOCKS = {"monotonic", "perf_counter", "time"}
A_CLIENT = re.compile(r"\bmongo\.connect\(")
CLOSED_BY_HAND = ("infrastructure/database.py", "bench/", "e2e/pages/another_organization.py")


def written(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((TESTS / folder).rglob("*.py")):
            yield path.relative_to(TESTS).as_posix(), ast.parse(path.read_text())


def test_no_few_letters_are_missed_in_a_page() -> None:
    """Pages hold random tokens: compare what can be chosen (``options_of``), or a text with its markup."""
    found = []
    for name, module in written("integration/gateway", "e2e"):
        for function in ast.walk(module):
            if isinstance(function, ast.AsyncFunctionDef):
                pages = pages_in(function)
                found += [f"{name}:{node.lineno}" for node in ast.walk(function) if misses_a_few_letters(node, pages)]
    assert found == []


def pages_in(function: ast.AsyncFunctionDef) -> set[str]:
    """Names of what was read of a page."""
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and is_page(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def is_page(node: ast.expr, pages: set[str]) -> bool:
    return node.id in pages if isinstance(node, ast.Name) else ast.unparse(node).endswith((".text", ".content()"))


def misses_a_few_letters(node: ast.AST, pages: set[str]) -> bool:
    if not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn)):
        return False
    left = node.left
    few = isinstance(left, ast.Constant) and isinstance(left.value, str) and A_FEW_LETTERS.fullmatch(left.value)
    return bool(few) and is_page(node.comparators[0], pages)


def test_no_test_demands_that_something_took_less_than_a_time() -> None:
    """A busy machine takes longer: count what goes on at once, compare efforts, or wait with ``eventually``."""
    assert [
        f"{name}:{node.lineno}"
        for name, module in written("unit", "contract", "integration", "e2e")
        for node in ast.walk(module)
        if isinstance(node, ast.Compare) and is_a_limit(node)
    ] == []


def test_every_client_of_the_database_is_closed_whatever_happens() -> None:
    """One that a failing test leaves open fails another by its warning: take ``database`` or ``opened_database``."""
    files = {path.relative_to(TESTS).as_posix(): path.read_text() for path in TESTS.rglob("*.py")}
    opening = {name for name, text in files.items() if A_CLIENT.search(text)}
    assert sorted(name for name in opening if not name.startswith(CLOSED_BY_HAND)) == []


def is_a_limit(node: ast.Compare) -> bool:
    """``clock() - begun < limit``, also within a chain."""
    smaller = [node.left, *node.comparators[:-1]]
    return any(
        isinstance(how, ast.Lt | ast.LtE) and is_measured(side) for side, how in zip(smaller, node.ops, strict=True)
    )


def is_measured(node: ast.expr) -> bool:
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and isinstance(node.left, ast.Call)):
        return False
    called = node.left.func
    return isinstance(called, ast.Attribute) and called.attr in CLOCKS and not node.left.args

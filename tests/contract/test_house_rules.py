"""Rules of the house that no linter knows: sizes, names, and the one place where each outside library may be used."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("shared", "services", "deploy")
MAX_FILE_LINES = 350
MAX_FUNCTION_LINES = 50
FORBIDDEN_MODULE_NAMES = {"utils", "util", "helpers", "common", "manager", "base_service", "misc"}
MODEL_MAY_IMPORT = {"pydantic", "numpy", "shared"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
# Where else broad handlers are allowed: loops that must survive whatever one message or row does to them.
LOOPS = {
    "shared/due.py",
    "shared/health.py",
    "shared/runtime.py",
    "shared/messaging/middleware.py",
    "shared/messaging/relay.py",
    "deploy/demo/__main__.py",
}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_350_lines() -> None:
    front_end = [*(ROOT / "services").rglob("*.html"), *(ROOT / "services").rglob("*.css")]
    own = [path for path in (*sources(*CODE, "tests"), *front_end) if "vendor" not in path.parts]
    assert not {name_of(path): lines for path in own if (lines := len(path.read_text().splitlines())) > MAX_FILE_LINES}


def test_no_function_is_longer_than_50_lines() -> None:
    """Routers are tables of routes in a function; what counts there is each route."""
    assert not {
        f"{name_of(path)}:{function.name}": length
        for path in sources(*CODE)
        for function in functions(path)
        if (length := own_lines(function)) > MAX_FUNCTION_LINES
    }


def own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    inner = [node for node in function.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return lines_of(function) - sum(lines_of(node) for node in inner)


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_named_after_nothing() -> None:
    assert not [name_of(path) for path in sources(*CODE) if path.stem in FORBIDDEN_MODULE_NAMES]


def test_every_module_says_what_it_is_for() -> None:
    modules = [path for path in sources(*CODE, "tests") if path.read_text().strip()]
    silent = [name_of(path) for path in modules if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent


def test_nothing_is_left_unfinished() -> None:
    assert not [name_of(path) for path in sources(*CODE) if UNFINISHED.search(path.read_text())]


def test_motor_is_imported_in_one_place() -> None:
    users = [name_of(path) for path in sources(*CODE) if any(name.startswith("motor") for name in imported(path))]
    assert users == ["shared/mongo.py"]


def test_http_clients_of_services_are_made_in_one_place() -> None:
    made = re.compile(r"httpx\.AsyncClient\(|\(httpx\.AsyncClient\):")
    makers = [name_of(path) for path in sources("shared", "services") if made.search(path.read_text())]
    assert makers == ["shared/http.py"]


def test_time_is_read_in_one_place() -> None:
    reading = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)\(")
    readers = [name_of(path) for path in sources("shared", "services") if reading.search(path.read_text())]
    assert readers == ["shared/clock.py"]


def test_nobody_negatively_acknowledges() -> None:
    """RabbitMQ 4.3 does not count nack(requeue) against the delivery limit: the message would come back for ever."""
    refused = re.compile(r"NACK_ON_ERROR|NackMessage|\.nack\(")
    assert not [name_of(path) for path in sources("shared", "services") if refused.search(path.read_text())]


def test_models_import_neither_input_output_nor_the_clock() -> None:
    outside = set()
    for path in (ROOT / "services").glob("*/model*"):
        own = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for module in [path] if path.is_file() else path.rglob("*.py"):
            outside |= {f"{name_of(module)} imports {name}" for name in imported(module) if not is_pure(name, own)}
    assert not outside


def is_pure(name: str, own: str) -> bool:
    if name.startswith("shared"):
        return not name.startswith(("shared.clock", "shared.mongo", "shared.http", "shared.messaging"))
    return name.startswith(own) or name.split(".")[0] in MODEL_MAY_IMPORT | sys.stdlib_module_names


def test_broad_handlers_live_in_loops_only() -> None:
    broad = {
        name_of(path)
        for path in sources(*CODE)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and not any(isinstance(inner, ast.Raise) for inner in node.body)
    }
    assert not broad - LOOPS

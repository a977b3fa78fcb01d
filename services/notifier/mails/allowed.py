"""What may stand in a mail template, by the nodes of Jinja's tree; everything else is refused where it stands."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from jinja2 import nodes

from services.notifier.mails.faults import FaultKind


def _default(value: str, otherwise: object = "") -> str:
    return value or str(otherwise)


def _truncate(value: str, length: object = 100) -> str:
    most = length if isinstance(length, int) else 100
    return value if len(value) <= most else value[: max(most - 1, 0)] + "…"


FILTERS: Mapping[str, Callable[..., str]] = {
    "default": _default,
    "trim": lambda value: value.strip(),
    "upper": lambda value: value.upper(),
    "lower": lambda value: value.lower(),
    "truncate": _truncate,
}


@dataclass(frozen=True)
class Finding:
    """A name as it is used, or what is refused. ``bare`` where it stands alone between its braces; ``condition`` where
    it is only asked whether it is there.
    """

    name: str
    line: int
    column: int = 1
    bare: bool = False
    condition: bool = False
    refused: FaultKind | None = None

    def at(self, column: int) -> "Finding":
        return replace(self, column=column)


def findings(tree: nodes.Template) -> Iterator[Finding]:
    """Every name in the order of the text, and what is not allowed."""
    for node in tree.body:
        yield from _statement(node)


def _statement(node: nodes.Node) -> Iterator[Finding]:
    match node:
        case nodes.Output():
            for shown in node.nodes:
                if isinstance(shown, nodes.Name):
                    yield Finding(shown.name, shown.lineno, bare=True)
                elif not isinstance(shown, nodes.TemplateData):
                    yield from _shown(shown)
        case nodes.If():
            yield from _condition(node.test)
            for branch in (node.body, node.elif_, node.else_):
                for inner in branch:
                    yield from _statement(inner)
        case _:
            yield _refused(node)


def _shown(node: nodes.Node) -> Iterator[Finding]:
    """What stands between double braces."""
    match node:
        case nodes.Name():
            yield Finding(node.name, node.lineno)
        case nodes.Const():
            if not isinstance(node.value, str | int) or isinstance(node.value, bool):
                yield _refused(node)
        case nodes.Filter():
            yield from _filtered(node)
        case nodes.CondExpr():
            yield from _shown(node.expr1)
            yield from _condition(node.test)
            if node.expr2 is not None:
                yield from _shown(node.expr2)
        case _:
            yield _refused(node)


def _filtered(node: nodes.Filter) -> Iterator[Finding]:
    if node.node is None or node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
        yield _refused(node)
        return
    yield from _shown(node.node)
    if node.name not in FILTERS:
        yield Finding(node.name, node.lineno, refused=FaultKind.UNKNOWN_FILTER)
    most = 1 if node.name in ("default", "truncate") else 0
    if len(node.args) > most or not all(_is_plain(argument) for argument in node.args):
        yield _refused(node)


def _is_plain(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str | int)


def _condition(node: nodes.Node) -> Iterator[Finding]:
    match node:
        case nodes.Name():
            yield Finding(node.name, node.lineno, condition=True)
        case nodes.Not():
            yield from _condition(node.node)
        case nodes.And() | nodes.Or():
            yield from _condition(node.left)
            yield from _condition(node.right)
        case nodes.Compare():
            yield from _shown(node.expr)
            for operand in node.ops:
                yield from _shown(operand.expr) if operand.op in ("eq", "ne") else iter([_refused(operand)])
        case nodes.Filter():
            yield from _filtered(node)
        case nodes.Const():
            return
        case _:
            yield _refused(node)


def _refused(node: nodes.Node) -> Finding:
    return Finding("", node.lineno, refused=FaultKind.NOT_ALLOWED)

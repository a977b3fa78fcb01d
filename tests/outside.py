"""What might come from outside in place of what was agreed, for tests of whatever reads it."""

from typing import Any

from hypothesis import strategies as st

NAMES = st.text(st.characters(codec="utf-8"), max_size=12)
ODD_TEXTS = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "²",
        "٣",
        "1e999999",
        "9" * 5000,
        "nan",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
        "24:00",
        "Asia/Tokyo",
        "../../etc/passwd",
        "America",
        "//[",
        "/\\evil.example",
        "\x00",
        "a\r\nBcc: b@example.jp",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "$where",
        "[" * 2000,
        "=" * 100,
    ]
)
"""Numbers that are none or too long, days before and after all days, what ends a line, names of files, markup."""


def texts(max_size: int = 40) -> st.SearchStrategy[str]:
    return ODD_TEXTS | st.text(st.characters(codec="utf-8"), max_size=max_size)


def json_values(names: st.SearchStrategy[str] = NAMES) -> st.SearchStrategy[Any]:
    """Any JSON; where ``names`` are those that somebody reads, they stand in the most unlikely places."""
    scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts()
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=6
    )


def objects(*names: str, **usual: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of these members: those in ``usual`` as agreed or otherwise, the others anyhow."""
    anything = json_values(st.sampled_from([*names, *usual]))
    members = dict.fromkeys(names, anything) | {name: agreed | anything for name, agreed in usual.items()}
    return st.fixed_dictionaries({}, optional=members)

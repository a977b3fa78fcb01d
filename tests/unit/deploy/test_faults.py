"""Which calls a rule of failure takes."""

import pytest

from deploy.sandbox.accounts import Provider
from deploy.sandbox.faults import FaultKind, FaultRule

CREATE = "/v2/users/me/meetings"


def _takes(path: str | None, method: str | None = None) -> bool:
    rule = FaultRule(kind=FaultKind.STATUS, path=path, method=method)
    return rule.matches(Provider.ZOOM, "POST", CREATE)


@pytest.mark.parametrize(
    "path",
    [None, "*", "/v2/users", "/v2/users/*/meetings", "*meetings*", r"/v2/users/[^/]+/meetings$", f"/zoom{CREATE}"],
)
def test_a_path_is_a_prefix_a_shell_pattern_or_a_regular_expression(path: str | None) -> None:
    assert _takes(path)


@pytest.mark.parametrize("path", ["/v2/meetings", "/v3/*", "/google/*", "*/meetings/1"])
def test_other_paths_are_left_alone(path: str) -> None:
    assert not _takes(path)


def test_a_star_stands_for_every_method() -> None:
    assert _takes(CREATE, "*")
    assert _takes(CREATE, "post")
    assert not _takes(CREATE, "GET")

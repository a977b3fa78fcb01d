"""``If-Match`` among services."""

import pytest

from shared.problem import VersionMismatch
from shared.versions import check_version


@pytest.mark.parametrize("given", [None, "*", '"r3"', 'W/"r3"', '"r2", "r3"', "3"])
def test_the_version_that_was_seen_may_be_changed(given: str | None) -> None:
    check_version(3, given)


@pytest.mark.parametrize("given", ['"r2"', 'W/"r2"', '"r2", "r4"', "", '"r33"'])
def test_another_version_is_refused(given: str) -> None:
    with pytest.raises(VersionMismatch):
        check_version(3, given)

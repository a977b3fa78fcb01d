"""The two modes of R11."""

import pytest

from services.booking.model.modes import ModeFault, mode_fault
from shared.contracts.booking import Kind


@pytest.mark.parametrize(
    ("kind", "code", "meeting", "fault"),
    [
        (Kind.WEB, None, None, None),
        (Kind.WEB, False, True, None),
        (Kind.VISIT, True, False, None),
        (Kind.OUTBOUND, False, False, None),
        (Kind.WEB, True, True, ModeFault.EXCLUSIVE),
        (Kind.WEB, True, None, ModeFault.MISMATCH),
        (Kind.WEB, None, False, ModeFault.MISMATCH),
        (Kind.VISIT, None, True, ModeFault.MISMATCH),
        (Kind.OUTBOUND, True, None, ModeFault.MISMATCH),
    ],
)
def test_r11_flags_follow_the_kind_and_exclude_each_other(
    kind: Kind, code: bool | None, meeting: bool | None, fault: ModeFault | None
) -> None:
    assert mode_fault(kind, code, meeting) is fault

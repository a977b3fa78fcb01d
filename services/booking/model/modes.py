"""The two modes of a proposal (R11): a visit has a reception code, a web meeting a URL, an outbound visit neither."""

from dataclasses import dataclass
from enum import StrEnum

from shared.contracts.booking import Kind


class ModeFault(StrEnum):
    """The codes of api.md."""

    EXCLUSIVE = "modes_exclusive"
    MISMATCH = "mode_mismatch"


@dataclass(frozen=True)
class Modes:
    """What a kind issues."""

    reception_code: bool
    web_meeting: bool


_OF_KIND = {
    Kind.WEB: Modes(reception_code=False, web_meeting=True),
    Kind.VISIT: Modes(reception_code=True, web_meeting=False),
}
_NEITHER = Modes(reception_code=False, web_meeting=False)


def modes_of(kind: Kind) -> Modes:
    return _OF_KIND.get(kind, _NEITHER)


def mode_fault(kind: Kind, reception_code: bool | None, web_meeting: bool | None) -> ModeFault | None:
    """What is wrong with flags that were given; those left out default to the kind."""
    if reception_code and web_meeting:
        return ModeFault.EXCLUSIVE
    expected = modes_of(kind)
    contradicts = (reception_code is not None and reception_code != expected.reception_code) or (
        web_meeting is not None and web_meeting != expected.web_meeting
    )
    return ModeFault.MISMATCH if contradicts else None

"""A draft is what an organization writes of one mail: subject, heading and body. Here are the defaults, and the check
before one is kept.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.notifier.mails import dialect, subjects
from services.notifier.mails.allowed import Finding
from services.notifier.mails.faults import Fault, FaultKind, Part
from services.notifier.mails.occasions import Occasion
from services.notifier.mails.placeholders import PLACEHOLDERS, Form, Placeholder
from shared.wording import Language

FOLDER = Path(__file__).parent / "templates"
LONGEST = {Part.SUBJECT: 500, Part.HEADING: 500, Part.BODY: 50_000}
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_WIDE = re.compile(r"｛｛|｝｝")


@dataclass(frozen=True)
class Draft:
    """Lines end in ``\\n``. The heading stands in HTML only."""

    subject: str
    heading: str
    body: str

    @classmethod
    def tidy(cls, subject: str, heading: str, body: str) -> "Draft":
        """As browsers and people send it."""
        return cls(subject.strip(), heading.strip(), body.replace("\r\n", "\n").replace("\r", "\n").strip("\n"))

    def part(self, part: Part) -> str:
        return {Part.SUBJECT: self.subject, Part.HEADING: self.heading, Part.BODY: self.body}[part]


@cache
def default_of(occasion: Occasion, language: Language) -> Draft:
    heading, _, body = (FOLDER / language / f"{occasion.name}.txt").read_text("utf-8").partition("\n\n")
    pattern = subjects.pattern(occasion.purpose, occasion.audience, language)
    return Draft(re.sub(r"\{(\w+)\}", r"{{ \1 }}", pattern), heading, body.strip("\n"))


def faults_of(draft: Draft, occasion: Occasion) -> list[Fault]:
    """All that is wrong, in the order of the text; empty where mails can be made from it."""
    return [fault for part in Part for fault in _of_part(draft.part(part), part, occasion)]


def _of_part(source: str, part: Part, occasion: Occasion) -> Iterator[Fault]:
    faults = list(_of_text(source, part))
    if not faults:
        language_faults, names = dialect.check(source, part)
        faults = [*language_faults, *(fault for name in names if (fault := _of_name(name, part, occasion)))]
        if part is Part.BODY and not language_faults:
            faults += _missing(names, occasion)
    yield from sorted(faults, key=lambda fault: (fault.line == 0, fault.line, fault.column))


def _of_text(source: str, part: Part) -> Iterator[Fault]:
    if not source.strip():
        yield Fault(FaultKind.EMPTY, part)
    if len(source) > LONGEST[part]:
        yield Fault(FaultKind.TOO_LONG, part, name=f"{LONGEST[part]:,}")
    elif part is not Part.BODY and len(source.splitlines()) > 1:
        yield Fault(FaultKind.NOT_ONE_LINE, part)
    else:
        yield from (_placed(FaultKind.ODD_CHARACTER, part, source, found.start()) for found in _ODD.finditer(source))
        yield from (_placed(FaultKind.WIDE_BRACES, part, source, found.start()) for found in _WIDE.finditer(source))


def _placed(kind: FaultKind, part: Part, source: str, at: int) -> Fault:
    return Fault(kind, part, source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at))


@cache
def _here(occasion: Occasion) -> Mapping[str, Placeholder]:
    return {placeholder.name: placeholder for placeholder in occasion.placeholders}


def _of_name(found: Finding, part: Part, occasion: Occasion) -> Fault | None:
    if found.refused:
        return None
    here = _here(occasion)
    known = here.get(found.name)
    if known is None:
        kind = FaultKind.NOT_HERE if found.name in PLACEHOLDERS else FaultKind.UNKNOWN
        near = difflib.get_close_matches(found.name[:60].lower(), here, 1, 0.6)
        return Fault(kind, part, found.line, found.column, found.name[:60], near[0] if near else "")
    if known.form is Form.FLAG and not found.condition:
        return Fault(FaultKind.NOT_ALLOWED, part, found.line, found.column, found.name)
    if known.form is Form.BLOCK and part is not Part.BODY:
        return Fault(FaultKind.NOT_IN_LINE, part, found.line, found.column, found.name)
    if known.form is Form.BLOCK and not (found.bare or found.condition):
        return Fault(FaultKind.BLOCK_ALONE, part, found.line, found.column, found.name)
    return None


def _missing(names: tuple[Finding, ...], occasion: Occasion) -> Iterator[Fault]:
    shown = {found.name for found in names if found.bare}
    for group in occasion.musts:
        if not shown & set(group):
            yield Fault(FaultKind.MISSING, Part.BODY, name=" / ".join(f"{{{{ {name} }}}}" for name in group))

"""The providers' contract files, where they lie beside the project; without them those checks are skipped."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "contracts"


class Contract(Protocol):
    """What ``contract.py`` offers: each call answers a list of violations."""

    def request(self, method: str, url: str, body: Any = None, strict: bool = True) -> list[str]: ...

    def response(self, method: str, url: str, status: int, body: Any = None, strict: bool = False) -> list[str]: ...

    def webhook(self, name: str, body: Any) -> list[str]: ...


@cache
def _load(name: str) -> Contract:
    spec = importlib.util.spec_from_file_location("provider_contract", FOLDER / "contract.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    checker: Contract = module.Contract(FOLDER / f"{name}.openapi.json")
    return checker


def contract(name: str) -> Contract | None:
    """The checker for one file (``zoom-meetings``), or None where there are none."""
    return _load(name) if (FOLDER / "contract.py").exists() else None


def known_path(path: str) -> str:
    """The contract file leaves out the view of one calendar, which takes and gives what the default one's does."""
    return re.sub(r"/calendars/[^/]+/calendarView", "/calendarView", path)


needs_contracts = pytest.mark.skipif(
    not (FOLDER / "contract.py").exists(), reason="the providers' contract files are not beside the project"
)

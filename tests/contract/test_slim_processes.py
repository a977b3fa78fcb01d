"""What a service's process does not load (P13)."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.credentials import SERVICES
from deploy.demo.layout import REPOSITORY

SLIM = "import shared.slim  # noqa: F401 - before all else"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_begins_by_leaving_out_what_it_never_uses(service: str) -> None:
    lines = Path(REPOSITORY, "services", service, "__main__.py").read_text().splitlines()
    assert next(line for line in lines if line.startswith(("import", "from"))) == SLIM


def test_a_gateway_loads_neither_rich_nor_icalendar() -> None:
    looks = "print([name for name in ('rich.console', 'pygments', 'icalendar') if sys.modules.get(name)])"
    code = f"import services.gateway.__main__, sys; {looks}"
    told = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"

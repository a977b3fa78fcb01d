"""The runner of a part of the tests: what it tries once more, and that a real failure stays one."""

import os
import subprocess
import sys
from pathlib import Path

from tests import parts

ONCE = """
from pathlib import Path
import pytest
@pytest.mark.parametrize("number", range({tests}))
def test_upset(number):
    seen = Path(f"seen-{{number}}")
    first = not seen.exists()
    seen.touch()
    assert not first
"""
ROOT = Path(parts.__file__).parents[1]


def run(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "tests.parts", "-q", "test_it.py"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_test_that_passes_alone_is_named_and_does_not_fail_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, ONCE.format(tests=1))
    assert done.returncode == 0
    assert "FAILED BESIDE OTHERS, THEN PASSED ALONE: a defect to mend:\n  test_it.py::test_upset[0]" in done.stderr


def test_a_test_that_fails_again_fails_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, "def test_wrong():\n    assert False\n")
    assert done.returncode == 1
    assert "THEN PASSED" not in done.stderr


def test_many_failures_are_no_accident(tmp_path: Path) -> None:
    done = run(tmp_path, ONCE.format(tests=parts.MOST + 1))
    assert done.returncode == 1
    assert "tried once more" not in done.stderr


def test_nothing_to_run_is_said_as_pytest_says_it(tmp_path: Path) -> None:
    assert run(tmp_path, "").returncode == 5

"""``python -m tests.parts ARGUMENTS``: one part of the suite; a failure or two are tried once more, alone, and named.

As CPython's own runner does: servers, browsers and three workers on two cores upset a test now and then, and what
passes by itself does not fail the run. It is a defect all the same, of the test or of the product: the last lines
name it.
More than ``MOST`` failures are no accident, and are not tried again.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

MOST = 3
LAST_FAILED = Path(".pytest_cache/v/cache/lastfailed")


def main(arguments: Sequence[str]) -> int:
    LAST_FAILED.unlink(missing_ok=True)
    code = _run(arguments)
    failed = _failed() if code == pytest.ExitCode.TESTS_FAILED else []
    if not 0 < len(failed) <= MOST:
        return code
    _say("failed, and tried once more alone", failed)
    code = _run(["-q", *failed])
    if code == pytest.ExitCode.OK:
        _say("FAILED BESIDE OTHERS, THEN PASSED ALONE: a defect to mend", failed)
    return code


def _run(arguments: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


def _failed() -> list[str]:
    return sorted(json.loads(LAST_FAILED.read_text())) if LAST_FAILED.exists() else []


def _say(what: str, tests: Sequence[str]) -> None:
    sys.stderr.write(f"\n{what}:\n" + "".join(f"  {test}\n" for test in tests))
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

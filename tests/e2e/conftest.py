"""How these tests are dealt out to workers: to start a demo takes twenty seconds of a processor."""

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

TOGETHER = {"deployment", "main_job", "observability", "zoom"}
"""Folders with a demo of their own."""
SINGLY = {"test_every_page.py", "test_every_settings_page.py"}
"""Long and without a memory: their tests fill up whichever worker is free, on the demo that it has anyway."""


class ByDemo(LoadFileScheduling):
    """What shares a demo of its folder's own stays on one worker, which starts it once; other files are kept whole."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        if file.parent.name in TOGETHER:
            return str(file.parent)
        return nodeid if file.name in SINGLY else str(file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByDemo | None:
    return ByDemo(config, log) if config.getoption("dist") == "loadfile" else None

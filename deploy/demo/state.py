"""``state.json`` in the demo's folder: what runs and under which process id, for whoever looks from outside.

A process id alone may belong to a stranger by now, so that each is kept with the moment its process began.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Running:
    """One process, recognised again by its start."""

    pid: int
    began: int

    @classmethod
    def of(cls, pid: int) -> "Running":
        return cls(pid, _began(pid) or 0)

    @property
    def alive(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        return _began(self.pid) == self.began != 0


def _began(pid: int) -> int | None:
    """The process's start in clock ticks since boot; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


@dataclass
class State:
    """What the folder says. ``announcement`` are the lines printed to whoever started the demo."""

    supervisor: Running
    processes: dict[str, Running] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    announcement: list[str] = field(default_factory=list)
    ready: bool = False

    def write(self, folder: Path) -> None:
        """Replace the file in one step: a reader sees the old or the new state."""
        temporary = folder / f".state.{os.getpid()}"
        temporary.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False))
        temporary.replace(folder / "state.json")


def read_state(folder: Path) -> State | None:
    """The state in this folder, None where nothing was started."""
    try:
        raw = json.loads((folder / "state.json").read_text())
    except FileNotFoundError:
        return None
    return State(
        supervisor=Running(**raw["supervisor"]),
        processes={name: Running(**process) for name, process in raw["processes"].items()},
        restarts=raw["restarts"],
        announcement=raw["announcement"],
        ready=raw["ready"],
    )

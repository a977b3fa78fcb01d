"""What the operating system says: CPU of groups of processes, memory, and how much strangers use meanwhile."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil


def family(pids: Iterable[int]) -> list[psutil.Process]:
    """These processes with all that they started."""
    found: dict[int, psutil.Process] = {}
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            for process in (root, *root.children(recursive=True)):
                found[process.pid] = process
    return list(found.values())


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """User and system time so far; what has ended meanwhile counts no more."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def resident_bytes(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


def _busy_seconds() -> float:
    """Of all cores and everybody; guests are in ``user`` already."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


class Meter:
    """From its making to ``stop``: seconds, CPU of the servers asked for, cores that strangers used."""

    def __init__(self, servers: Iterable[int], also_ours: Iterable[int] = ()) -> None:
        self._servers = family(servers)
        self._ours = family({os.getpid(), *also_ours, *(process.pid for process in self._servers)})
        self._began = (_busy_seconds(), cpu_seconds(self._ours), cpu_seconds(self._servers), time.perf_counter())

    def stop(self) -> "Reading":
        busy, ours, servers, at = self._began
        seconds = time.perf_counter() - at
        others = (_busy_seconds() - busy) - (cpu_seconds(self._ours) - ours)
        return Reading(seconds, cpu_seconds(self._servers) - servers, max(0.0, others / seconds))


class Reading:
    """One measured stretch."""

    def __init__(self, seconds: float, cpu: float, others: float) -> None:
        self.seconds = seconds
        self.cpu = cpu
        self.others = others

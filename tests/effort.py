"""How much work something is: processor time of this thread, the least of several goes, so that neither a busy machine
nor a slow one decides. Compared with other work, never with seconds.
"""

import time
from collections.abc import Callable


def effort(work: Callable[[], object], *, goes: int = 3) -> float:
    return min(_once(work) for _ in range(goes))


def _once(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began

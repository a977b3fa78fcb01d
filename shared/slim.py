"""Imported before all else by a service's process. structlog and httpx load rich and pygments wherever these are
installed, for coloured tracebacks and a command line that no service has; without them each process is 4 MB smaller
(P13).
"""

import sys

for unused in ("pygments", "rich"):
    sys.modules[unused] = None  # type: ignore[assignment]

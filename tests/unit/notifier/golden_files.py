"""Files that whole texts are compared with; ``CHOSEI_UPDATE_GOLDEN=1`` writes them anew, to be read before commit."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def golden(name: str, content: str) -> str:
    """What ``content`` must be."""
    path = FOLDER / name
    if os.environ.get("CHOSEI_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return path.read_text()

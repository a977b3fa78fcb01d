"""Rotating a service's keys at rest, and looking at every stored text for one that was forgotten (G26)."""

import base64
import re
from typing import Any

from shared.crypto import KeyRing
from shared.rotation import Secrets, rewrap_all

NEW_KEY = "new:" + base64.b64encode(b"n" * 32).decode()


async def rotate(database: Any, keys: str, secrets: Secrets) -> tuple[int, list[str]]:
    """Answers how many values changed, and the names of fields that the old keys are needed for still."""
    changed = await rewrap_all(database, KeyRing.parse(f"{NEW_KEY},{keys}"), secrets)
    old = re.compile(rf"({'|'.join(KeyRing.parse(keys).keys)})\.[\w-]{{80,}}")
    left = []
    for name in await database.list_collection_names():
        async for row in database[name].find():
            left += [f"{name}.{path}" for path, text in _texts(row) if old.match(text)]
    return changed, left


def _texts(value: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(path, value)]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, one in inner for found in _texts(one, f"{path}.{name}")]

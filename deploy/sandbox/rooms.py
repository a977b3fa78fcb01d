"""The rooms that stand at the providers from the start: a seed file's own section ``rooms``, else ``rooms.json``."""

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.sandbox.accounts import Provider
from deploy.sandbox.calendars import Resource
from deploy.sandbox.world import Seed

_USUAL = Path(__file__).with_name("rooms.json")


def rooms_of(seed: Seed, provider: Provider) -> Resource:
    """What the seed says of this provider's rooms; empty where it says nothing."""
    rooms = seed.get("rooms", json.loads(_USUAL.read_text()))
    found = rooms.get(provider.value) if isinstance(rooms, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}

"""Settings with nothing behind them."""

import base64
from typing import Any

from services.gateway.settings import Settings

KEY_ONE = "one:" + base64.b64encode(b"1" * 32).decode()
KEY_TWO = "two:" + base64.b64encode(b"2" * 32).decode()


def some_settings(**changes: Any) -> Settings:
    names = ("booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler")
    values: dict[str, Any] = {
        "amqp_url": "amqp://nowhere",
        "mongo_url": "mongodb://nowhere/gateway",
        "bus_keys": KEY_ONE,
        "data_keys": KEY_ONE,
        "session_keys": KEY_ONE,
        "public_url": "https://chosei.example",
        **{f"{name}_{what}": "http://nowhere" for name in names for what in ("url", "token")},
    }
    return Settings(**values | changes)

"""``python -m services.calendar_sync``."""

import shared.slim  # noqa: F401 - before all else
from services.calendar_sync.app import build_app
from services.calendar_sync.settings import Settings
from shared.runtime import serve

if __name__ == "__main__":
    settings = Settings()
    serve("calendar_sync", settings, lambda: build_app(settings))

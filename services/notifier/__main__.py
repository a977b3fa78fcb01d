"""``python -m services.notifier``."""

import shared.slim  # noqa: F401 - before all else
from services.notifier.app import build_app
from services.notifier.settings import Settings
from services.notifier.subscribers import SERVICE
from shared.runtime import serve

if __name__ == "__main__":
    settings = Settings()
    serve(SERVICE, settings, lambda: build_app(settings))

"""``python -m services.booking``."""

import shared.slim  # noqa: F401 - before all else
from services.booking.app import build_app
from services.booking.settings import Settings
from services.booking.subscribers import SERVICE
from shared.runtime import serve

if __name__ == "__main__":
    settings = Settings()
    serve(SERVICE, settings, lambda: build_app(settings))

"""``python -m services.gateway``."""

import shared.slim  # noqa: F401 - before all else
from services.gateway.app import build_app
from services.gateway.settings import Settings
from services.gateway.subscribers import SERVICE
from shared.runtime import serve

if __name__ == "__main__":
    settings = Settings()
    serve(SERVICE, settings, lambda: build_app(settings))

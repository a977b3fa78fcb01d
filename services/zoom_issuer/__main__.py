"""``python -m services.zoom_issuer``."""

import shared.slim  # noqa: F401 - before all else
from services.zoom_issuer.app import build_app
from services.zoom_issuer.settings import Settings
from services.zoom_issuer.subscribers import SERVICE
from shared.runtime import serve

if __name__ == "__main__":
    settings = Settings()
    serve(SERVICE, settings, lambda: build_app(settings))

"""``python -m services.gateway``."""

from services.gateway.app import SERVICE, build_app
from services.gateway.settings import Settings
from shared.runtime import serve

if __name__ == "__main__":
    settings = Settings()
    serve(SERVICE, settings, lambda: build_app(settings))

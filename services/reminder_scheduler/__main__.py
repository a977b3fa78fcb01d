"""``python -m services.reminder_scheduler``."""

import shared.slim  # noqa: F401 - before all else
from services.reminder_scheduler.app import build_app
from services.reminder_scheduler.settings import Settings
from services.reminder_scheduler.subscribers import SERVICE
from shared.runtime import serve

if __name__ == "__main__":
    settings = Settings()
    serve(SERVICE, settings, lambda: build_app(settings))

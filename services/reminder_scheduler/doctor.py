"""``python -m services.reminder_scheduler.doctor``: proves what this service needs (X7)."""

from services.reminder_scheduler.settings import Settings
from services.reminder_scheduler.subscribers import SERVICE
from shared.doctor.run import run

if __name__ == "__main__":
    run(SERVICE, Settings)

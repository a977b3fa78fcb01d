"""The other service that reminder_scheduler asks."""

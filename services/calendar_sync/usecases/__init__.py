"""What calendar_sync does, one intention per module."""

"""What calendar_sync knows, as values and pure functions: no I/O, no clock."""

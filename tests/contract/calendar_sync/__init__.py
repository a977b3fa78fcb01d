"""calendar_sync against the providers' contracts."""

"""Backup and restore of all databases as of one moment, and of what was on the bus then."""

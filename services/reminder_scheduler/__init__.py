"""Reminders on the day of an appointment (R27, G21, G22)."""

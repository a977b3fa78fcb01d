"""Booking's collections. State, claims and outbox change in one transaction or one document."""

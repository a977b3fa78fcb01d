"""Generates what outsiders read of the event catalogue: JSON Schemas, the catalogue page, the AsyncAPI document."""

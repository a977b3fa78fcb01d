"""Logs, metrics and traces, without personal data or secrets (G26)."""

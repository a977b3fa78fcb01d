"""Notifier: one mail to each side for every reason to write, and nothing twice."""

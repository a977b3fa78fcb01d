"""Starts the whole of Chosei on one machine without containers: ``python -m deploy.demo``."""

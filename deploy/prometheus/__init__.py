"""Scraping and alerts; ``cluster.py`` makes the cluster's copy of the rules."""

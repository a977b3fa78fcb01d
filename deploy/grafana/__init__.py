"""Grafana's dashboards, made from code: ``make dashboards`` writes ``dashboards/*.json``."""

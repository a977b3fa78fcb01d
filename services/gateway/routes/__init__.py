"""The public API, one module per noun. All paths begin with /api/v1 except callbacks and hooks."""

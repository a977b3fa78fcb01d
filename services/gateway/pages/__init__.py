"""HTML pages: routes, what templates are given, words."""

"""The pages in a browser, on the running demo."""

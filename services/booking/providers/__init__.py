"""The other service that booking asks."""

"""The internal API; callers are other services, people are named in headers."""

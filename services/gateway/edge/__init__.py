"""What stands between the outside and the routes: limits, idempotency, origin checks, headers, language."""

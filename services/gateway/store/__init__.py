"""What the gateway keeps: organizations, staff, sessions, idempotency answers, counts of limits."""

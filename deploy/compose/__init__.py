"""One-off programs of ``docker compose up``: make the secrets, set up MongoDB, fill the demo."""

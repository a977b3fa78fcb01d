"""``chosei``: the operator's command line (X7)."""

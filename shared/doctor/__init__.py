"""What each service's ``doctor`` is made of: it proves by doing that what the service needs is there and right (X7)."""

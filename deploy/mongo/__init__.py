"""What the operator gives to MongoDB: the replica set and one user per service."""

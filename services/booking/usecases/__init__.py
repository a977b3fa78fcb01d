"""What booking does; one module per intention."""

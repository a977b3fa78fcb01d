"""What booking decides, without I/O and without a clock."""

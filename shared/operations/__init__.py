"""What every service tells operators of itself and does on their word (X7), mounted by the runtime."""

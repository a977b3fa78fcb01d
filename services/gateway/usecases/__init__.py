"""What the gateway does itself."""

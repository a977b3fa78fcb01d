"""What all services may import: time, stores, the bus, HTTP; nothing of any one service."""

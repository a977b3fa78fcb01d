"""What all services may import: time, stores, the bus, HTTP; nothing of any one service."""

import os

# Motor runs each operation in a thread, five per processor unless it is told otherwise when it is imported. Too few,
# and all wait for documents that a transaction holds whose next statement finds no thread (shared/mongo.py).
os.environ.setdefault("MOTOR_MAX_WORKERS", "64")

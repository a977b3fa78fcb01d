"""What notifier knows of a proposal, an appointment or a connection, and what follows from it."""

"""What staff and guests see of booking's state: pure functions to the models of the public API."""

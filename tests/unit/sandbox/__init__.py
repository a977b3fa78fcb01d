"""The stand-ins for the providers, in process."""

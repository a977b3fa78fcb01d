"""The providers' own clients against the sandbox as a program of its own."""

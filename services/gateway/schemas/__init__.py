"""Requests and answers of what the gateway owns; those of booking stand in shared/contracts/api."""

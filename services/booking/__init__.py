"""Booking: proposals, appointments and every claim on time."""

"""What reminder_scheduler does: file reminders as appointments change, and send those that are due."""

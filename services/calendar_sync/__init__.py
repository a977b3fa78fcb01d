"""Staff's calendars at Google and Microsoft: holds, entries and busy times."""

"""Mails: subjects, bodies, invitations, and the bytes that go to the mail server. Nothing here does I/O."""

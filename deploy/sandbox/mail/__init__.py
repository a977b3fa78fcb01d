"""The mail server of the sandbox: takes all by SMTP, shows it under ``/inspect/mails`` and ``/mailbox``."""

from deploy.sandbox.mail.routes import build_router

__all__ = ["build_router"]

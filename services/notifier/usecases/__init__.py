"""What notifier does: hear of matters, deliver mails, preview one."""

"""What zoom_issuer does: connect accounts, and make Zoom follow the appointments."""

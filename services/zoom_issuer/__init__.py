"""zoom_issuer: makes Zoom follow the appointments, and holds the links to people's Zoom accounts."""

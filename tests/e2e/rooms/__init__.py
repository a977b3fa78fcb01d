"""Rooms in a browser, in a demo of their own: a connection with rooms changes the form for everybody."""

"""Floors: the same hops and persisted steps over the same broker and database, with nothing in them."""

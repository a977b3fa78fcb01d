"""Requests and responses of the public API (api.md): the gateway documents and checks them, the owning service too."""

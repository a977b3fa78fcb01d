"""Connecting in the API."""

from pydantic import StrictBool

from shared.contracts.api.fields import Request


class ConnectionAsked(Request):
    """``rooms`` asks for the extra scope that buildings and rooms are read with; for administrators (V3)."""

    rooms: StrictBool = False

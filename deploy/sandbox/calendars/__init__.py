"""What both calendar providers of the sandbox are made of; nothing here knows either's words."""

from typing import Any

Resource = dict[str, Any]
"""A provider's own JSON object, kept and answered as the provider writes it."""

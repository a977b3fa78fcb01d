"""What guests are answered beside booking's own views."""

from typing import Literal

from shared.contracts.api.fields import View


class Accepted(View):
    """The staff will be told."""

    status: Literal["accepted"]

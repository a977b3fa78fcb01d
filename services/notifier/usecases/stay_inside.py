"""Whom a mail may reach: of a sandbox organization its own staff alone, whenever it was written (H14)."""

from collections.abc import Sequence

from services.notifier.directory import Directory
from services.notifier.mails.message import UnusableAddress, usable_address
from services.notifier.model.people import Organization


class StayInside:
    """Asked when a mail is written, and again before each repeat of its bytes."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def __call__(self, organization: Organization | None, addresses: Sequence[str]) -> list[str]:
        """Those of the usable ``addresses`` that may be mailed."""
        if organization is None or not organization.sandbox:
            return list(addresses)
        known = await self._directory.addresses(organization.organization_id)
        staff = {_comparable(address) for address in known}
        return [address for address in addresses if _comparable(address) in staff]


def _comparable(address: str) -> str:
    try:
        return usable_address(address).casefold()
    except UnusableAddress:
        return address.casefold()

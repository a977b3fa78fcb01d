"""Whom a mail may reach: of a sandbox organization its own staff alone, whenever it was written (H14)."""

from collections.abc import Sequence

from services.notifier.directory import Directory
from services.notifier.mails.message import UnusableAddress, usable_address


class StayInside:
    """Asked when a mail is written, and again before each repeat of its bytes."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def __call__(self, organization_id: str, addresses: Sequence[str]) -> list[str]:
        """Those of the usable ``addresses`` that may be mailed."""
        organization = await self._directory.organization(organization_id)
        if organization is None or not organization.sandbox:
            return list(addresses)
        staff = {_comparable(address) for address in await self._directory.addresses(organization_id)}
        return [address for address in addresses if _comparable(address) in staff]


def _comparable(address: str) -> str:
    try:
        return usable_address(address).casefold()
    except UnusableAddress:
        return address.casefold()

"""Which addresses webhooks may go to: those of the public Internet and no other (G24). Pure.

Python's ``is_global`` changes between its versions, so that what is refused is written down here. Addresses that carry
another one inside are judged by that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this host
            "10.0.0.0/8",
            "100.64.0.0/10",  # carriers' NAT; Alibaba's metadata
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's platform, inside every virtual network
            "169.254.0.0/16",  # link-local; the metadata of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocol assignments; Oracle's metadata
            "192.0.2.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
"""All that is assigned to the public Internet; ``fc00::/7``, ``fe80::/10``, ``ff00::/8`` and ``::1`` lie outside."""
_REFUSED_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # Teredo, benchmarks, ORCHID and other assignments
            "2001:db8::/32",
            "2002::/16",  # 6to4: an IPv4 address that routers take out again
            "3fff::/20",
        ),
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
"""What resolvers of networks without IPv4 make of IPv4 addresses."""


@dataclass(frozen=True)
class Policy:
    """``allowed`` are networks that are not public and may be reached all the same, over plain HTTP too."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Networks or addresses, comma-separated. Raises ``ValueError``."""
        return cls(tuple(ip_network(part.strip()) for part in text.split(",") if part.strip()))

    def is_exempt(self, address: str) -> bool:
        found = _parsed(address)
        return found is not None and any(_lies_in(found, network) for network in self.allowed)

    def allows(self, address: str) -> bool:
        found = _parsed(address)
        return found is not None and (self.is_exempt(address) or is_public(found))

    def allows_all(self, addresses: Sequence[str], *, encrypted: bool) -> bool:
        """One address that is not allowed spoils the name: it may be the one that is connected to."""
        check = self.allows if encrypted else self.is_exempt
        return bool(addresses) and all(map(check, addresses))


def is_public(address: Address) -> bool:
    """Whether it is of the public Internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    if address in _MAPPED or address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _GLOBAL_6 and not any(address in network for network in _REFUSED_6)


def _lies_in(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _parsed(text: str) -> Address | None:
    """A zone (``fe80::1%eth0``) belongs to a link, so that no such address is public anyway."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None

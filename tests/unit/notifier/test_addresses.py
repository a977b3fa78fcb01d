"""G24: where webhooks may go. The table names what attackers try."""

import pytest

from services.notifier.model.addresses import Policy

REFUSED = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",  # carriers' NAT
    "100.100.100.200",  # Alibaba's metadata
    "169.254.169.254",  # metadata of most clouds
    "169.254.170.2",  # ECS credentials
    "168.63.129.16",  # Azure's platform
    "192.0.0.192",  # Oracle's metadata
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",  # NAT64 of a network's own
    "fc00::1",
    "fd00:ec2::254",  # EC2's metadata
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001::1",  # Teredo
    "2001:db8::1",
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "100::1",
    "3fff::1",
    "not an address",
    "",
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "2400:3200::1", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", REFUSED)
def test_g24_what_is_not_public_is_refused(address: str) -> None:
    assert not Policy().allows(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_g24_what_is_public_is_allowed_encrypted_only(address: str) -> None:
    assert Policy().allows_all([address], encrypted=True)
    assert not Policy().allows_all([address], encrypted=False)


def test_g24_one_inner_address_spoils_a_name() -> None:
    assert not Policy().allows_all(["8.8.8.8", "10.0.0.1"], encrypted=True)
    assert not Policy().allows_all([], encrypted=True)


def test_g24_a_setting_opens_single_networks_over_plain_http_too() -> None:
    policy = Policy.parse("127.0.0.0/8, fd00:1::/32")
    assert policy.allows_all(["127.0.0.1", "fd00:1::5"], encrypted=False)
    assert not policy.allows("10.0.0.1")
    assert not policy.allows("::1")


def test_what_is_no_network_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        Policy.parse("everything")

"""Guest tokens (G23)."""

from services.booking.usecases.links import Links
from shared.crypto import KeyRing, token_hash

OLD = "t1:" + "Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M="
NEW = "t2:" + "REREREREREREREREREREREREREREREREREREREREREQ="
URL = "https://chosei.example/"


def test_a_link_is_derived_again_and_found_by_its_hash() -> None:
    links = Links(KeyRing.parse(OLD), URL)
    source = links.new_source("prp_1")
    token = links.guest_url("prp_1", source).removeprefix("https://chosei.example/g/")
    assert len(token) == 22
    assert token_hash(token) == source.hash


def test_links_differ_by_proposal_and_generation() -> None:
    links = Links(KeyRing.parse(OLD), URL)
    hashes = {links.new_source("prp_1").hash, links.new_source("prp_1", 2).hash, links.new_source("prp_2").hash}
    assert len(hashes) == 3


def test_a_link_survives_the_rotation_of_keys_until_its_key_is_removed() -> None:
    source = Links(KeyRing.parse(OLD), URL).new_source("prp_1")
    before = Links(KeyRing.parse(OLD), URL).guest_url("prp_1", source)
    assert Links(KeyRing.parse(f"{NEW},{OLD}"), URL).guest_url("prp_1", source) == before
    assert Links(KeyRing.parse(NEW), URL).guest_url("prp_1", source) == ""

"""Who may call what of the gateway: one declared rule for each of its routes, which tests hold against what it does."""

from enum import Enum


class Who(Enum):
    """Whom a route answers. In an organization only its own people count; another's see what is not there."""

    ANYBODY = "anybody: nothing of any organization is in it"
    GATE = "people who are about to sign in"
    LINK = "whoever has the link, and whoever is signed in has no more"
    PROVIDER = "a provider, which the service behind verifies"
    OWN = "whoever is signed in, about themselves"
    STAFF = "everybody of the organization"
    PART = "who takes part or owns it, and administrators"
    ADMIN = "administrators"


SIGNED_IN = (Who.OWN, Who.STAFF, Who.PART, Who.ADMIN)

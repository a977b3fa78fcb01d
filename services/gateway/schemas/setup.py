"""The first set-up, signing in, and choosing a password by invitation."""

from typing import Annotated

from pydantic import StringConstraints

from services.gateway.schemas.fields import EmailGiven, GivenPassword, Kana, Name, Password
from services.gateway.schemas.organization import OrganizationCreate, OrganizationView
from services.gateway.schemas.staff import MeView
from shared.contracts.api.fields import Request, View


class SetupAdmin(Request):
    """The first administrator."""

    name: Name
    kana: Kana = ""
    email: EmailGiven
    password: Password


class SetupRequest(Request):
    """``code`` is the one-time code from the settings or the log."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    organization: OrganizationCreate
    admin: SetupAdmin


class SetupView(View):
    """What was made."""

    organization: OrganizationView
    staff: MeView


class SessionRequest(Request):
    """Any text is compared; what is no address is simply nobody's."""

    email: Annotated[str, StringConstraints(max_length=320)]
    password: GivenPassword


class InvitationView(View):
    """Who is invited where."""

    name: str
    email: str
    organization: str


class InvitationAccept(Request):
    """The password to sign in with from now on."""

    password: Password


class SessionView(View):
    """``token`` is shown this once; send it as ``Authorization: Bearer``."""

    token: str
    staff: MeView

"""The mail server is proved up to a recipient, or with a mail; what is wrong with it is said in words (X7)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from pydantic import SecretStr

from services.notifier.doctor import examine_mail
from services.notifier.settings import Settings
from shared.doctor.findings import Finding, State
from tests.infrastructure.ports import free_ports
from tests.integration.notifier.conftest import PostOffice
from tests.unit.notifier.builders import BUS_KEYS, DATA_KEYS


def settings(port: int, **changes: Any) -> Settings:
    return Settings(
        amqp_url=SecretStr("amqp://x"),
        mongo_url=SecretStr("mongodb://x"),
        bus_keys=SecretStr(BUS_KEYS),
        data_keys=SecretStr(DATA_KEYS),
        smtp_port=port,
        mail_from="noreply@example.jp",
        **changes,
    )


@asynccontextmanager
async def serving(protocol: Callable[[], asyncio.BaseProtocol]) -> AsyncIterator[int]:
    """A server for one test; its port."""
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def the_finding(of: Settings, mail_to: str = "") -> Finding:
    (finding,) = await examine_mail(of, mail_to)
    assert "hunter2" not in finding.found + finding.advice
    return finding


async def test_a_server_that_takes_our_mail_is_well_and_gets_none(post_office: PostOffice) -> None:
    assert (await the_finding(settings(post_office.port))).state is State.OK
    assert post_office.taken == []


async def test_a_mail_goes_out_where_one_is_asked_for(post_office: PostOffice) -> None:
    finding = await the_finding(settings(post_office.port), "ops@example.jp")
    assert finding.state is State.OK
    (mail,) = post_office.to("ops@example.jp")
    assert mail.subject == "Chosei: テスト / test"


async def test_a_recipient_who_is_refused_is_said(post_office: PostOffice) -> None:
    post_office.refused["ops@example.jp"] = "550 no such user"
    finding = await the_finding(settings(post_office.port), "ops@example.jp")
    assert finding.state is State.WRONG
    assert "550" in finding.found


async def test_a_server_that_is_down_is_said() -> None:
    (nobody,) = free_ports(1)
    finding = await the_finding(settings(nobody))
    assert (finding.state, finding.found) == (State.WRONG, f"the mail server 127.0.0.1:{nobody} cannot be reached")


in_plain_text = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@in_plain_text
async def test_a_wrong_password_is_said() -> None:
    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    loop = asyncio.get_running_loop()
    office = PostOffice()
    async with serving(
        lambda: SMTP(office, loop=loop, auth_require_tls=False, auth_required=True, authenticator=refuse)
    ) as port:
        finding = await the_finding(settings(port, smtp_username="us", smtp_password=SecretStr("hunter2")))
    assert "refuses the user or the password" in finding.found


@in_plain_text
async def test_a_server_that_wants_a_login_which_we_have_not_is_said() -> None:
    loop = asyncio.get_running_loop()
    office = PostOffice()
    async with serving(lambda: SMTP(office, loop=loop, auth_require_tls=False, auth_required=True)) as port:
        finding = await the_finding(settings(port))
    assert finding.state is State.WRONG
    assert "takes no mail from noreply@example.jp" in finding.found


async def test_a_server_without_starttls_is_said(post_office: PostOffice) -> None:
    finding = await the_finding(settings(post_office.port, smtp_starttls=True))
    assert finding.state is State.WRONG
    assert "CHOSEI_SMTP_STARTTLS" in finding.advice


async def test_a_sender_that_is_refused_is_said() -> None:
    class Choosy(PostOffice):
        async def handle_MAIL(self, *_: object) -> str:  # noqa: N802
            return "553 not from here"

    loop, office = asyncio.get_running_loop(), Choosy()
    async with serving(lambda: SMTP(office, loop=loop)) as port:
        finding = await the_finding(settings(port))
    assert "takes no mail from noreply@example.jp (smtp_553)" in finding.found


async def test_something_else_on_the_port_is_said() -> None:
    class Web(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            transport.close()

    async with serving(Web) as port:
        finding = await the_finding(settings(port))
    assert finding.state is State.WRONG

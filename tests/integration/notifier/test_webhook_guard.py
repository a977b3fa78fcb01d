"""G24: webhooks reach nothing inside, whatever the address says, resolves to later, or redirects to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.notifier.model.addresses import Policy
from services.notifier.providers.receivers import AddressRefused, NoAnswer, Receivers
from shared.contracts.api.webhooks import TryError
from tests.infrastructure.receiver import Receiver, receiving
from tests.integration.notifier.conftest import NewNotifier
from tests.integration.notifier.hooks import at_the_desk

LOOPBACK = Policy.parse("127.0.0.0/8")
SECOND = timedelta(seconds=1)
INSIDE = [
    "http://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://no-such-name.invalid/",
]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.mark.parametrize("url", INSIDE)
async def test_g24_addresses_inside_are_neither_kept_nor_reached(url: str, receiver: Receiver) -> None:
    receivers = Receivers(Policy(), 5 * SECOND)
    with pytest.raises(AddressRefused):
        await receivers.check(url.format(port=receiver.port))
    with pytest.raises(NoAnswer) as refused:
        await receivers.post(url.format(port=receiver.port), b"{}", {})
    assert refused.value.error is TryError.ADDRESS
    assert receiver.connections == 0
    await receivers.close()


async def test_g24_a_name_that_turns_inward_between_two_looks_is_not_followed(receiver: Receiver) -> None:
    """The address that was checked is the one that is connected to: a name is looked up once for each request."""
    answers = [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1", "10.0.0.1"]]
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    receivers = Receivers(LOOPBACK, 5 * SECOND, resolve=rebinding)
    url = f"http://hooks.example.com:{receiver.port}/x"
    assert (await receivers.post(url, b"{}", {})).status == 204
    for _ in range(2):
        with pytest.raises(NoAnswer):
            await receivers.post(url, b"{}", {})
    assert asked == ["hooks.example.com"] * 3
    assert [got.headers["host"] for got in receiver.received] == [f"hooks.example.com:{receiver.port}"]
    await receivers.close()


async def test_g24_redirects_are_failures(receiver: Receiver) -> None:
    receiver.will_answer("/start", 302, location=receiver.url("/inside"))
    receivers = Receivers(LOOPBACK, 5 * SECOND)
    assert (await receivers.post(receiver.url("/start"), b"{}", {})).status == 302
    assert [got.path for got in receiver.received] == ["/start"]
    await receivers.close()


async def test_an_answer_is_read_in_part_and_waited_for_in_part(receiver: Receiver) -> None:
    receiver.endless.add("/endless")
    receiver.will_answer("/endless", 200)
    receiver.silent.add("/silent")
    receivers = Receivers(LOOPBACK, SECOND / 2)
    answer = await receivers.post(receiver.url("/endless"), b"{}", {})
    assert (answer.status, len(answer.body)) == (200, 1000)
    with pytest.raises(NoAnswer) as slow:
        await receivers.post(receiver.url("/silent"), b"{}", {})
    assert slow.value.error is TryError.TIMEOUT
    await receivers.close()


async def test_where_one_address_of_a_name_is_dead_the_next_is_tried(receiver: Receiver) -> None:
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    receivers = Receivers(LOOPBACK, 5 * SECOND, resolve=two)
    assert (await receivers.post(f"http://hooks.example.com:{receiver.port}/x", b"{}", {})).status == 204
    await receivers.close()


async def test_the_certificate_must_be_the_names_whatever_the_address(tmp_path: Path) -> None:
    server, client = certified(tmp_path, "hooks.example.com")

    async def loopback(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with receiving(server) as receiver:
        receivers = Receivers(LOOPBACK, 5 * SECOND, resolve=loopback, verify=client)
        answer = await receivers.post(f"https://hooks.example.com:{receiver.port}/x", b"{}", {})
        assert answer.status == 204
        with pytest.raises(NoAnswer) as other:
            await receivers.post(f"https://other.example.com:{receiver.port}/x", b"{}", {})
        assert other.value.error is TryError.TLS
        assert len(receiver.received) == 1
        await receivers.close()


async def test_g24_the_api_refuses_what_leads_inside_in_the_readers_language(new_notifier: NewNotifier) -> None:
    async with at_the_desk(new_notifier, webhook_networks="") as desk:
        for url in ("http://127.0.0.1:1/", "https://localhost/", "https://no-such-name.invalid/"):
            refused = await desk.ask("POST", "", {"url": url, "events": ["*"]})
            problem = refused.json()
            assert (refused.status_code, problem["code"]) == (422, "webhook_url_refused")
            assert problem["errors"][0]["pointer"] == "/url"
        english = await desk.ask("POST", "", {"url": "http://127.0.0.1:1/", "events": ["*"]}, accept_language="en")
        assert english.json()["detail"].startswith("Webhooks cannot be sent there.")
        malformed = ("ftp://example.com", "https://user:pass@example.com/", "https://", "https://example.com/#a", "x")
        for url in malformed:
            assert (await desk.ask("POST", "", {"url": url, "events": ["*"]})).json()["code"] == "invalid"
        unknown = await desk.ask("POST", "", {"url": "https://127.0.0.1/", "events": ["*", "sales.*"]})
        assert [error["pointer"] for error in unknown.json()["errors"]] == ["/events/1"]


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server that is called so and of a client that trusts it and nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


async def test_nothing_is_left_of_a_cancelled_request(receiver: Receiver) -> None:
    receiver.silent.add("/silent")
    receivers = Receivers(LOOPBACK, 5 * SECOND)
    asking = asyncio.create_task(receivers.post(receiver.url("/silent"), b"{}", {}))
    while not receiver.received:
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await receivers.close()

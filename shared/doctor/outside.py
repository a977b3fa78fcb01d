"""Proves that a server outside answers, and that its clock is ours: providers and neighbours alike."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime

from shared import clock
from shared.doctor.findings import Finding, ok, wrong
from shared.doctor.stores import clock_finding, place_of
from shared.http import AsyncClient, HTTPError, Response, TimeoutException, client

_TIMEOUT = timedelta(seconds=20)
_DOWN = 500
"""And above: what the server says of itself."""
_WHOLE_SECONDS = timedelta(seconds=1)
"""A Date header is rounded down, and servers renew theirs once a second."""


class NotReached(Exception):
    """Nobody answered; the words say why."""


async def ask(asked: AsyncClient, path: str = "", *, headers: dict[str, str] | None = None) -> Response:
    """Any answer is one. Raises ``NotReached``."""
    try:
        return await asked.get(path, headers=headers)
    except HTTPError as error:
        raise NotReached(_why(error)) from error


async def examine_server(what: str, name: str, url: str, setting: str) -> Sequence[Finding]:
    """A server that answers anything but an error of its own, such as a provider's API without a token."""
    asked = client(url, timeout=_TIMEOUT)
    try:
        answer = await ask(asked)
    except NotReached as error:
        advice = f"let this machine connect to it (firewall, proxy, DNS), or correct {setting}"
        return [wrong(what, f"{name} at {place_of(url)} cannot be reached: {error}", advice)]
    finally:
        await asked.aclose()
    if answer.status_code >= _DOWN:
        found = f"{name} at {place_of(url)} answers with errors of its own ({answer.status_code})"
        return [wrong(what, found, f"wait: what is to be done there goes out by itself; or correct {setting}")]
    skew = clock_skew(answer)
    clocks = [clock_finding(name, skew)] if skew is not None else []
    return [ok(what, f"{name} at {place_of(url)} answers"), *clocks]


def clock_skew(answer: Response) -> timedelta | None:
    """How far the server's clock runs ahead of ours, to within two seconds; None where it does not say."""
    told = answer.headers.get("date", "")
    try:
        said = parsedate_to_datetime(told)
    except ValueError:
        return None
    return said + _WHOLE_SECONDS - (clock.real_now() - answer.elapsed / 2) if said.tzinfo else None


def _why(error: HTTPError) -> str:
    if isinstance(error, TimeoutException):
        return "no answer in time"
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return "its name is not known (DNS)"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not to be trusted ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return "TLS fails"
        if isinstance(cause, ConnectionRefusedError):
            return "nobody listens there"
    return str(error) or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__

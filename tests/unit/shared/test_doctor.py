"""What the doctor says: in words, without secrets, and whatever an examination itself runs into."""

from collections.abc import Sequence
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from shared import clock
from shared.doctor.connections import Link, examine_links
from shared.doctor.findings import Examination, Finding, State, examined, masked, ok
from shared.doctor.keys import examine_rings
from shared.doctor.neighbours import neighbours_of
from shared.doctor.outside import clock_skew
from shared.doctor.run import examine
from shared.doctor.stores import clock_finding, place_of
from shared.providers import CredentialRevoked, ProviderRefused, ProviderThrottled, ProviderUnavailable
from shared.settings import ServiceSettings
from tests.builders import BUS_KEYS, DATA_KEYS

_GOOD = {
    "amqp_url": SecretStr("amqp://small:pw@nowhere/"),
    "mongo_url": SecretStr("mongodb://small:pw@nowhere/small"),
    "bus_keys": SecretStr(BUS_KEYS),
    "data_keys": SecretStr(DATA_KEYS),
}


class Small(ServiceSettings):
    """A service that asks booking."""

    booking_url: str = "http://nowhere"
    booking_token: SecretStr = SecretStr("t")
    smtp_port: int = 25


def settings(**changes: Any) -> Small:
    return Small(**{**_GOOD, **changes})


def link(name: str, **more: Any) -> Link:
    return Link(name, "Google", f"{name}@example.jp", f"stf_{name}", **more)


async def fine() -> Sequence[Finding]:
    return [ok("fine", "is fine")]


async def test_an_examination_that_fails_is_a_finding_and_the_others_go_on() -> None:
    async def fails() -> Sequence[Finding]:
        raise ZeroDivisionError("secret value")

    failed, well = await examined([Examination("odd", fails), Examination("fine", fine)])
    assert (failed.state, failed.what, failed.found) == (State.WRONG, "odd", "could not be examined: ZeroDivisionError")
    assert well.state is State.OK


@pytest.mark.parametrize("value", ["ring-1:tooshort", "dGhpcyBpcyBhIHNlY3JldCBrZXk=", ""])
def test_a_broken_key_ring_is_named_and_not_shown(value: str) -> None:
    (finding,) = examine_rings(settings(data_keys=SecretStr(value)))
    assert finding.state is State.WRONG
    assert finding.found.startswith("CHOSEI_DATA_KEYS is no key ring")
    assert not value or value.partition(":")[2] not in finding.found or not value.partition(":")[2]


async def test_settings_that_are_missing_or_wrong_are_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHOSEI_MONGO_URL", "CHOSEI_BUS_KEYS", "CHOSEI_DATA_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHOSEI_AMQP_URL", "amqp://x")
    monkeypatch.setenv("CHOSEI_SMTP_PORT", "hunter2")
    found = [one.found for one in await examine("small", Small, lambda read: ())]
    assert [words.partition(":")[0] for words in found] == [
        "CHOSEI_MONGO_URL",
        "CHOSEI_BUS_KEYS",
        "CHOSEI_DATA_KEYS",
        "CHOSEI_SMTP_PORT",
    ]
    assert not [words for words in found if "hunter2" in words]


def test_neighbours_are_read_from_the_settings() -> None:
    (neighbour,) = neighbours_of(settings(booking_token=SecretStr("token-of-mine")))
    assert neighbour.name == "booking"
    assert "token-of-mine" not in repr(neighbour)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("amqp://notifier:p%40ss@broker:5672/", "broker:5672"),
        ("mongodb://a:b@one:1,two:2/booking?replicaSet=r&authSource=x", "one:1,two:2/booking"),
        ("https://api.example/v2", "api.example/v2"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, place: str) -> None:
    assert place_of(url) == place


def test_an_account_is_recognised_and_not_spelled_out() -> None:
    assert masked("taro.yamada@example.jp") == "t…@example.jp"
    assert masked("Acme account") == "Ac…"


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, State.OK), (-3, State.OK), (3, State.OK), (40, State.WRONG), (-40, State.WRONG)]
)
def test_clocks_may_differ_a_little(seconds: float, state: State) -> None:
    assert clock_finding("the database", timedelta(seconds=seconds)).state is state


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=7), timedelta(minutes=-7)])
def test_an_answers_date_tells_its_clock(ahead: timedelta) -> None:
    answer = httpx.Response(200, headers={"date": format_datetime(clock.real_now() + ahead, usegmt=True)})
    answer.elapsed = timedelta(0)
    skew = clock_skew(answer)
    assert skew is not None
    assert abs(skew - ahead) < timedelta(seconds=3)


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 27 Nov 2026 08:00:00"])
def test_an_answer_without_a_date_says_nothing_of_clocks(date: str) -> None:
    answer = httpx.Response(200, headers={"date": date})
    answer.elapsed = timedelta(0)
    assert clock_skew(answer) is None


async def test_connections_that_answer_are_one_line_and_each_trouble_its_own() -> None:
    errors: dict[str, Exception] = {
        "gone": CredentialRevoked("google: invalid_grant"),
        "down": ProviderUnavailable("google answered 503"),
        "busy": ProviderThrottled("slow", retry_after=timedelta(seconds=30)),
        "poor": ProviderRefused("scopes"),
    }

    async def question(link_id: str) -> None:
        if link_id in errors:
            raise errors[link_id]

    links = [link(name) for name in ("one", "two", *errors)]
    well, *troubles = await examine_links(links, question)
    assert well == ok("connections", "2 of 6 with Google answer")
    assert [one.state for one in troubles] == [State.WRONG, State.WRONG, State.NOTE, State.WRONG]
    assert troubles[0].found == "Google, g…@example.jp (stf_gone): its tokens are refused (google: invalid_grant)"


async def test_one_trouble_of_many_is_one_line() -> None:
    async def question(link_id: str) -> None:
        raise ProviderUnavailable("google answered 503")

    (line,) = await examine_links([link(f"p{number}") for number in range(40)], question)
    assert "40 of them" in line.found


async def test_a_broken_connection_is_not_asked_and_a_frozen_one_is() -> None:
    asked: list[str] = []

    async def question(link_id: str) -> None:
        asked.append(link_id)

    found = await examine_links([link("b", broken="broken"), link("f", frozen="frozen since")], question)
    assert asked == ["f"]
    assert [one.state for one in found] == [State.WRONG, State.WRONG]


async def test_nobody_connected_is_no_trouble() -> None:
    async def question(link_id: str) -> None: ...

    (line,) = await examine_links([], question)
    assert line.state is State.NOTE

"""``chosei rotate-keys``: round after round until nothing is left, and in words why where something is."""

from collections.abc import Mapping

import pytest

from deploy.cli.environments import Environment
from deploy.cli.keys import rotate
from deploy.cli.running import Ended

KEYS = "data-2:c2VjcmV0,data-1:b3RoZXI="


class FakeRun:
    """Answers one after the other, the last again and again."""

    def __init__(self, *said: Ended) -> None:
        self._said = list(said)
        self.rounds = 0

    async def __call__(self, environment: Environment, module: str, *arguments: str) -> Ended:
        assert module == "rotate"
        self.rounds += 1
        return self._said.pop(0) if len(self._said) > 1 else self._said[0]


def wrapped(values: int) -> Ended:
    return Ended(0, [{"event": "secrets.rewrapped", "values": values}])


def booking(**variables: str) -> list[Environment]:
    known: Mapping[str, str] = {"CHOSEI_DATA_KEYS": KEYS} | variables
    return [Environment("booking", known)]


async def test_it_goes_on_until_nothing_changes_any_more() -> None:
    run = FakeRun(wrapped(12), wrapped(1), wrapped(0))
    (rotated,) = await rotate(booking(), run)
    assert (run.rounds, rotated.values, rotated.problem) == (3, 13, "")
    assert rotated.words() == "booking: 13 values wrapped anew, nothing needs another key than data-2 now"


async def test_a_key_that_is_gone_is_named() -> None:
    said = {"event": "secrets.not_rewrapped", "reason": "UndecryptableValue: cannot decrypt: key 'data-0' is not there"}
    (rotated,) = await rotate(booking(), FakeRun(Ended(1, [said])))
    assert "data-0" in rotated.words()


async def test_an_end_without_a_word_is_a_problem_too() -> None:
    (rotated,) = await rotate(booking(), FakeRun(Ended(1, [])))
    assert "python -m services.booking.rotate" in rotated.problem


async def test_it_does_not_go_on_for_ever() -> None:
    run = FakeRun(wrapped(1))
    (rotated,) = await rotate(booking(), run)
    assert rotated.problem
    assert run.rounds == rotated.values


@pytest.mark.parametrize("keys", ["c2VjcmV0", "c2VjcmV0,data-1:b3RoZXI="])
async def test_a_key_without_a_name_is_not_shown(keys: str) -> None:
    (rotated,) = await rotate(booking(CHOSEI_DATA_KEYS=keys), FakeRun(wrapped(0)))
    assert "c2VjcmV0" not in rotated.words()

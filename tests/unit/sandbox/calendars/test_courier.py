"""The courier: one thing at a time per receiver, again after a failure, the rest together."""

import httpx
import pytest

from deploy.sandbox.calendars import courier as courier_module
from deploy.sandbox.calendars.courier import Courier
from deploy.sandbox.callbacks import Callback, Callbacks
from tests.waiting import eventually


class _Callbacks(Callbacks):
    """Answers with these statuses, then 200; None is no answer."""

    def __init__(self, *statuses: int | None) -> None:
        super().__init__()
        self._statuses = list(statuses)
        self.sent: list[bytes] = []

    async def send(self, callback: Callback, timeout_s: float = 10.0) -> httpx.Response | None:
        self.sent.append(callback.content)
        status = self._statuses.pop(0) if self._statuses else 200
        return None if status is None else httpx.Response(status)


@pytest.mark.parametrize(("statuses", "attempts"), [((), 1), ((503, None), 3), ((404,), 1), ((503,) * 9, 7)])
async def test_what_may_succeed_later_is_sent_again(
    statuses: tuple[int | None, ...], attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "_PAUSES_S", (0.0,) * 6)
    callbacks, waiting = _Callbacks(*statuses), [b"changed"]
    Courier(callbacks, linger_s=0).wake("r", lambda: Callback("http://x", content=waiting.pop()) if waiting else None)
    await eventually(lambda: len(callbacks.sent) == attempts)

    assert set(callbacks.sent) == {b"changed"}


async def test_changes_in_quick_succession_share_one_message() -> None:
    callbacks, waiting = _Callbacks(), []
    courier = Courier(callbacks, linger_s=0)

    def pack() -> Callback | None:
        content = b"".join(waiting)
        waiting.clear()
        return Callback("http://x", content=content) if content else None

    for change in (b"1", b"2", b"3"):
        waiting.append(change)
        courier.wake("r", pack)
    await eventually(lambda: callbacks.sent)

    assert callbacks.sent == [b"123"]

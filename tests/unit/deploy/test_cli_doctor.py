"""``chosei doctor``: what services say of themselves, in lines; what is wrong comes last and decides how it ends."""

from deploy.cli.doctor import examine
from deploy.cli.environments import Environment
from deploy.cli.running import Ended

WELL = {"service": "notifier", "what": "broker", "state": "ok", "found": "RabbitMQ at H lets us in", "advice": ""}
WRONG = {"service": "notifier", "what": "mail", "state": "wrong", "found": "nobody listens there", "advice": "start it"}


class FakeRun:
    """Answers by service; ``asked`` is what was run."""

    def __init__(self, **said: Ended) -> None:
        self._said = said
        self.asked: list[tuple[str, ...]] = []

    async def __call__(self, environment: Environment, module: str, *arguments: str) -> Ended:
        self.asked.append((environment.service, module, *arguments))
        return self._said[environment.service]


def environments(*services: str) -> list[Environment]:
    return [Environment(service, {}) for service in services]


async def test_what_is_wrong_is_the_last_but_one_line_with_what_to_do() -> None:
    run = FakeRun(notifier=Ended(1, [WRONG, WELL]), booking=Ended(0, [{**WELL, "service": "booking"}]))
    report = await examine(environments("notifier", "booking"), run)
    *_, wrong, total = report.words()
    assert wrong.split() == ["wrong", "notifier", "mail", "nobody", "listens", "there.", "Start", "it."]
    assert total == "1 of 3 are wrong (2 ok, 1 wrong)"
    assert not report.is_well


async def test_notes_are_no_trouble() -> None:
    report = await examine(environments("booking"), FakeRun(booking=Ended(0, [{**WELL, "state": "note"}])))
    assert report.is_well
    assert report.words()[-1] == "all is well (1 note)"


async def test_an_examination_that_dies_is_wrong_itself() -> None:
    """Its last words may quote settings: they are not handed on."""
    report = await examine(environments("booking"), FakeRun(booking=Ended(1, [{"event": "anything", "error": "x"}])))
    (line,) = report.lines
    assert (line.state, line.what) == ("wrong", "doctor")
    assert "python -m services.booking.doctor" in line.advice


async def test_a_mail_is_asked_for_from_notifier_alone() -> None:
    run = FakeRun(notifier=Ended(0, [WELL]), booking=Ended(0, [WELL]))
    await examine(environments("notifier", "booking"), run, mail_to="ops@example.jp")
    assert run.asked == [("notifier", "doctor", "--mail-to", "ops@example.jp"), ("booking", "doctor")]


async def test_programs_read_the_same() -> None:
    report = await examine(environments("notifier"), FakeRun(notifier=Ended(1, [WRONG])))
    assert report.to_json() == {"ok": False, "findings": [WRONG]}

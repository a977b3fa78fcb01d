"""The example receiver of ``deploy/examples/webhook`` understands what notifier sends (X1)."""

from pathlib import Path

from tests.infrastructure.example_program import example_program
from tests.infrastructure.ports import free_ports
from tests.integration.notifier.conftest import NewNotifier
from tests.integration.notifier.hooks import at_the_desk
from tests.unit.notifier.builders import confirmed
from tests.waiting import eventually


async def test_a_receiver_takes_what_notifier_signed(new_notifier: NewNotifier, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with at_the_desk(new_notifier) as desk:
        endpoint = await desk.make(f"http://127.0.0.1:{port}/", "booking.*")
        variables = {"PORT": str(port), "WEBHOOK_SECRETS": endpoint["secret"]}
        async with example_program("webhook/receiver.py", folder=tmp_path, **variables) as program:
            event = confirmed()
            await desk.notifier.hear(event)
            await eventually(lambda: [one["id"] for one in program.events] == [event.id])
            await desk.has_status(endpoint, "delivered")

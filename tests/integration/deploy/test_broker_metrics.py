"""What Prometheus reads of RabbitMQ is there under the names and labels that rules and dashboards use."""

import aio_pika
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.contract.deploy.observed import PROMETHEUS, all_that_is_read
from tests.infrastructure.broker import Broker
from tests.waiting import eventually


async def test_depth_and_consumers_of_every_queue_are_there(fresh_broker: Broker) -> None:
    (job,) = [
        one
        for one in yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
        if one["job_name"] == "rabbitmq"
    ]
    connection = await aio_pika.connect(fresh_broker.url())
    async with connection, connection.channel() as channel:
        queue = await channel.declare_queue(
            "notifier.some.event.v1", durable=True, arguments={"x-queue-type": "quorum"}
        )
        await channel.default_exchange.publish(aio_pika.Message(b"1"), routing_key=queue.name)

        async def told() -> dict[str, dict[str, float]] | None:
            """By metric and queue, once the message is counted."""
            found: dict[str, dict[str, float]] = {}
            text = await fresh_broker.metrics(*job["params"]["family"])
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    if sample.labels.get("vhost") == fresh_broker.vhost:
                        found.setdefault(sample.name, {})[sample.labels["queue"]] = sample.value
            return found if found.get("rabbitmq_detailed_queue_messages", {}).get(queue.name) == 1 else None

        found = await eventually(told, timeout=30)
        assert found["rabbitmq_detailed_queue_consumers"][queue.name] == 0
    read = {one.name for one in all_that_is_read() if one.name.startswith("rabbitmq")}
    assert read <= found.keys()

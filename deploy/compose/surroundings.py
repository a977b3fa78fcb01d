"""Where things are among the containers.

The sandbox is ``sandbox.localhost`` everywhere: browsers take that name for this machine, containers ask Docker for it.
"""

from deploy.credentials import SERVICES
from deploy.service_settings import StandIns, Surroundings

PUBLIC_URL = "http://127.0.0.1:8000"
SANDBOX_URL = "http://sandbox.localhost:8025"
MANAGEMENT = "rabbitmq:15672"
REPLICA_SET = "chosei"
_PORT = 8000

AROUND = Surroundings(
    public_url=PUBLIC_URL,
    service_urls={service: f"http://{service.replace('_', '-')}:{_PORT}" for service in SERVICES},
    listen_host="0.0.0.0",
    listen_ports=dict.fromkeys(SERVICES, _PORT),
    amqp_address="rabbitmq:5672",
    mongo_address="mongodb:27017",
    replica_set=REPLICA_SET,
    static_folder="/app/services/gateway/static",
    stand_ins=StandIns(
        url=SANDBOX_URL, smtp_host="sandbox.localhost", smtp_port=1025, clock_file="/run/clock/clock.json"
    ),
)

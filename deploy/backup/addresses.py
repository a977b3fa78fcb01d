"""The operator's addresses, by which a backup reaches the stores of an installation."""

from urllib.parse import quote

from deploy.credentials import OPERATOR, Credentials
from deploy.service_settings import Surroundings, mongo_url


def addresses(around: Surroundings, credentials: Credentials, *, management: str | None = None) -> dict[str, str]:
    """The ``CHOSEI_BACKUP_…`` variables; ``management`` is where the broker tells its definitions."""
    login = f"{OPERATOR}:{quote(credentials.broker[OPERATOR])}"
    database = (OPERATOR, credentials.database[OPERATOR], around.replica_set, "admin")
    known = {
        "CHOSEI_BACKUP_MONGO_URL": mongo_url(around.mongo_address, "admin", *database),
        "CHOSEI_BACKUP_AMQP_URL": f"amqp://{login}@{around.amqp_address}/",
    }
    return known | ({"CHOSEI_BACKUP_MANAGEMENT_URL": f"http://{login}@{management}"} if management else {})

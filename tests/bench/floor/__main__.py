"""``python -m tests.bench.floor front|raw|SERVICE``: one process of a floor, set up by ``CHOSEI_…`` variables."""

import sys

import uvicorn

from shared.observability import logging
from shared.settings import ServiceSettings
from tests.bench.floor import framework, front, raw


def main(role: str) -> None:
    settings = ServiceSettings()  # type: ignore[call-arg]
    logging.configure(f"floor-{role}", "WARNING")
    match role:
        case "front":
            app = front.build()
        case "raw":
            app = raw.build()
        case service:
            app = framework.build(service)
    uvicorn.run(app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False)


if __name__ == "__main__":
    main(sys.argv[1])

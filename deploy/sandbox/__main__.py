"""Runs the sandbox: one uvicorn worker and the SMTP server on one event loop."""

import asyncio

import uvicorn

from deploy.sandbox.app import build_app
from deploy.sandbox.mail.smtp import start_smtp
from deploy.sandbox.middleware import HttpProtocol
from deploy.sandbox.settings import SandboxSettings


async def serve(settings: SandboxSettings) -> None:
    app = build_app(settings)
    smtp = await start_smtp(app.state.world, settings.host, settings.smtp_port)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=HttpProtocol,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
    )
    try:
        await uvicorn.Server(config).serve()
    finally:
        smtp.close()


def main() -> None:
    settings = SandboxSettings()
    with asyncio.Runner() as runner:
        runner.run(serve(settings))


if __name__ == "__main__":
    main()

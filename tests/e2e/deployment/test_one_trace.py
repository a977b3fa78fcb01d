"""One trace from the guest's click to the last mail, and nothing secret in traces, logs or metrics (G23, G26)."""

import re

from tests.e2e.deployment.conftest import Installation
from tests.e2e.main_job.conftest import token_of
from tests.waiting import eventually

SERVICES = {"gateway", "booking", "zoom_issuer", "calendar_sync", "notifier", "reminder_scheduler"}


async def test_g26_one_trace_leads_from_the_click_to_the_last_mail_and_shows_no_secret(
    installation: Installation,
) -> None:
    system, collector = installation.system, installation.collector
    guest = "spur@example.com"
    proposal = await system.proposed(title="一本の跡", guest={"name": "跡見", "email": guest}, note="極秘のメモ")
    assert (await system.confirm(proposal, name="跡見")).status_code == 201
    appointment = await system.issued(proposal)
    await eventually(lambda: system.mails(guest, "確定しました"))

    def trace_of_the_click() -> set[str] | None:
        clicks = {
            span.trace_id for span in collector.spans if span.service == "gateway" and span.name.endswith("/confirm")
        }
        services = {span.service for span in collector.spans if span.trace_id in clicks}
        return services if services >= SERVICES else None

    assert await eventually(trace_of_the_click)
    secrets = [
        token_of(proposal),
        appointment["meeting"]["passcode"],
        appointment["meeting"]["join_url"],
        "極秘のメモ",
        guest,
    ]
    exported = "\n".join(f"{span.name} {span.attributes}" for span in collector.spans)
    logs = "\n".join(path.read_text("utf-8") for path in installation.demo.logs.glob("*.log") if path.stem in SERVICES)
    metrics = (await system.api.get("/metrics")).text
    for secret in secrets:
        pattern = re.compile(rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])")
        assert not pattern.search(exported), f"{secret!r} in a trace"
        assert not pattern.search(logs), f"{secret!r} in a log"
        assert not pattern.search(metrics), f"{secret!r} in metrics"

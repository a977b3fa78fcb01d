"""What administrators read of a webhook endpoint that was disabled (X1)."""

from dataclasses import replace

from services.notifier.mails import moments
from services.notifier.mails.material import Material
from services.notifier.mails.scene import Scene
from services.notifier.mails.text import line
from services.notifier.model.matter import DisabledWebhook
from shared import wording
from shared.wording import Language

_WORDS: dict[str, tuple[str, str]] = {
    "timeout": ("時間内に応答なし", "no answer in time"),
    "connection": ("接続できない", "no connection"),
    "tls": ("証明書または暗号化の不具合", "certificate or encryption at fault"),
    "address": ("送信先として使えないアドレス", "an address that cannot be used"),
}


def webhook_scene(blank: Scene, material: Material, webhook: DisabledWebhook) -> Scene:
    """Without the address's query, which often holds a key."""
    at = wording.moment(webhook.since, material.zone, blank.language)
    return replace(
        blank,
        webhook=line(webhook.url.partition("?")[0]),
        gone=webhook.gone,
        broken=_problem(webhook.problem, blank.language),
        broken_at=f"{at} ({moments.zone_label(material.zone, webhook.since)})",
        url=f"{material.public_url}/settings/webhooks",
    )


def _problem(problem: str, language: Language) -> str:
    if problem.isdecimal():
        return f"HTTP {problem}"
    return _WORDS.get(problem, ("不明", "unknown"))[0 if language == "ja" else 1]

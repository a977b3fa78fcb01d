"""``python -m services.booking.doctor``: also proves the key of payments (X7, H13)."""

from collections.abc import Sequence
from functools import partial

from services.booking.providers.stripe import Stripe
from services.booking.rotate import SECRETS
from services.booking.settings import Settings
from services.booking.subscribers import SERVICE
from shared.doctor.findings import Examination, Finding, State, note, ok, wrong
from shared.doctor.outside import examine_server
from shared.doctor.run import run
from shared.providers import CredentialRevoked, ProviderError, ProviderRefused

_WHAT = "payments"
_NOBODYS = "cs_doctor"


def examinations(settings: Settings) -> Sequence[Examination]:
    return [Examination(_WHAT, partial(examine_payments, settings))]


async def examine_payments(settings: Settings) -> Sequence[Finding]:
    """Asks for a checkout that there is not: who may ask is told so."""
    if not settings.takes_payments:
        return [note(_WHAT, "no key of Stripe: pages have no prices", "CHOSEI_STRIPE_SECRET_KEY, if that is wanted")]
    reached = await examine_server(_WHAT, "Stripe", settings.stripe_api_url, "CHOSEI_STRIPE_API_URL")
    if any(finding.state is State.WRONG and finding.what == _WHAT for finding in reached):
        return reached
    return [await _key(settings), *_webhooks(settings), *reached]


async def _key(settings: Settings) -> Finding:
    stripe = Stripe(settings.stripe_api_url, settings.stripe_secret_key.get_secret_value())
    try:
        await stripe.session(_NOBODYS)
    except CredentialRevoked as error:
        found = f"Stripe refuses the key ({error.reason})"
        return wrong(_WHAT, found, "put a key that may write Checkout Sessions into CHOSEI_STRIPE_SECRET_KEY")
    except ProviderRefused:
        return ok(_WHAT, "Stripe takes the key")
    except ProviderError as error:
        return wrong(_WHAT, f"Stripe does not answer as it should ({error.reason})", "see status.stripe.com")
    finally:
        await stripe.aclose()
    return ok(_WHAT, "Stripe takes the key")


def _webhooks(settings: Settings) -> list[Finding]:
    if settings.stripe_webhook_secret.get_secret_value():
        return []
    found = "no secret of Stripe's webhooks: guests wait up to 30 s after paying"
    return [note(_WHAT, found, "register the webhook and set CHOSEI_STRIPE_WEBHOOK_SECRET")]


if __name__ == "__main__":
    run(SERVICE, Settings, examinations, SECRETS)

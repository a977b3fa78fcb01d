"""``python -m services.gateway.doctor``: also proves the public address and the sign-in provider (X7, X8)."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from services.gateway.providers.oidc import OidcProvider
from services.gateway.rotate import SECRETS
from services.gateway.settings import Settings
from services.gateway.subscribers import SERVICE
from shared.doctor.findings import Examination, Finding, ok, wrong
from shared.doctor.outside import NotReached, ask
from shared.doctor.run import run
from shared.http import client, json_object
from shared.providers import ProviderError

_TIMEOUT = timedelta(seconds=20)
_REASONS = {
    "discovery: another issuer": "names itself otherwise than CHOSEI_OIDC_ISSUER does",
    "discovery: an address without TLS": "names an address without TLS",
    "discovery: unreadable": "answers with something else than a discovery document",
}


def examinations(settings: Settings) -> Sequence[Examination]:
    public = Examination("public address", partial(examine_public_address, settings))
    return [public, Examination("sign-in", partial(examine_sign_in, settings))] if settings.oidc_issuer else [public]


async def examine_public_address(settings: Settings) -> Sequence[Finding]:
    """What stands in mails must lead here, through whatever stands before the gateway."""
    what, url = "public address", settings.public_url
    asked = client(url, timeout=_TIMEOUT)
    try:
        answer = await ask(asked, "/healthz")
    except NotReached as error:
        advice = "links in mails lead there: correct CHOSEI_PUBLIC_URL, or the proxy and DNS in front of the gateway"
        return [wrong(what, f"{url} cannot be reached from here: {error}", advice)]
    finally:
        await asked.aclose()
    if json_object(answer).get("service") != SERVICE:
        advice = "links in mails lead there: let the proxy hand requests on to the gateway"
        return [wrong(what, f"at {url} answers something else than the gateway ({answer.status_code})", advice)]
    return [ok(what, f"{url} leads to the gateway")]


async def examine_sign_in(settings: Settings) -> Sequence[Finding]:
    """As far as discovery: only a person can go on from there."""
    what = "sign-in"
    provider = OidcProvider(settings)
    try:
        await provider.authorize_url(redirect_uri=settings.public_url, state="", nonce="", verifier="")
    except ProviderError as error:
        means = _REASONS.get(error.reason, f"does not answer as it should ({error.reason})")
        advice = "passwords go on; correct CHOSEI_OIDC_ISSUER or ask who runs the provider"
        return [wrong(what, f"{settings.oidc_issuer} {means}", advice)]
    finally:
        await provider.close()
    return [ok(what, f"{settings.oidc_issuer} says where to sign in")]


if __name__ == "__main__":
    run(SERVICE, Settings, examinations, SECRETS)

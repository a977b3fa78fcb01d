"""Every route of the gateway, asked by those whom it must not answer: by the rules of ``tests/access``."""

import httpx

from services.gateway.model import Scope
from services.gateway.scopes import ROUTES, Whom
from tests.access import SIGNED_IN, Who
from tests.access.routes import PREFIX, declared
from tests.integration.gateway.fakes import GUEST_TOKEN
from tests.integration.gateway.installation import URL, Installation
from tests.integration.gateway.test_pages import token_of

RULES = declared()
ADMIN, TARO, OTHER = "admin@example.jp", "taro@example.jp", "other@example.com"
BROWSER = {"accept": "text/html"}
PLACES = {
    "provider": "google",
    "noun": "proposals",
    "language": "ja",
    "token": GUEST_TOKEN,
    "slug": "intro",
    "original_start": "2030-12-02T04:00:00Z",
}
"""What stands for the parts of a path that must have a form; an id may be anything."""


def place(route: str) -> tuple[str, str]:
    """The method and an address."""
    method, path = route.split(" ")
    parts = [part[1:-1] if part.startswith("{") else "" for part in path.split("/")]
    noun = {"noun": "meeting-types"} if path.startswith("/menus/") else {}
    filled = [(PLACES | noun).get(name, f"{name}_x") for name in parts]
    path = "/".join(fill if name else part for part, name, fill in zip(path.split("/"), parts, filled, strict=True))
    return method, path.replace("{token}.ics", f"{GUEST_TOKEN}.ics")


def of_api(route: str) -> bool:
    return f" {PREFIX}/" in route


def known_only() -> list[str]:
    return [route for route, who in RULES.items() if who in SIGNED_IN]


async def ask(client: httpx.AsyncClient, route: str, **more: object) -> httpx.Response:
    method, path = place(route)
    headers = {} if of_api(route) else BROWSER
    return await client.request(method, path, headers=headers, **more)  # type: ignore[arg-type]


def wants_sign_in(route: str, answer: httpx.Response) -> bool:
    if of_api(route):
        return answer.status_code == 401 and answer.json()["code"] == "unauthorized"
    return answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=%2F")


def asked_for_somebody(gateway: Installation) -> list[str]:
    """What reached the services in the name of a staff member."""
    return [f"{one.method} {one.url}" for one in gateway.services.asked if "x-staff-id" in one.headers]


async def test_nobody_known_learns_and_changes_nothing(gateway: Installation) -> None:
    answers = {route: await ask(gateway.anyone, route) for route in known_only()}
    assert not [route for route, answer in answers.items() if not wants_sign_in(route, answer)]
    assert gateway.services.asked == []


async def test_a_session_that_is_over_is_none(gateway: Installation) -> None:
    """As it stands when it has expired, or was never one of ours: by token in the API, by cookie on pages."""
    for token in ("x" * 43, f"{gateway.tokens[ADMIN]}x", gateway.tokens[ADMIN][:-1]):
        client = gateway.client(token, cookie=f"chosei_session={token}")
        answers = {route: await ask(client, route) for route in known_only()}
        assert not [route for route, answer in answers.items() if not wants_sign_in(route, answer)]
    assert gateway.services.asked == []


async def test_a_cookie_changes_nothing_where_the_page_did_not_send_its_token(gateway: Installation) -> None:
    """Nor with another session's token, nor from another site, whatever it carries."""
    other = await gateway.parts.sessions.find(gateway.tokens[TARO])
    own = await gateway.parts.sessions.find(gateway.tokens[ADMIN])
    assert other is not None
    assert own is not None
    token = gateway.parts.csrf.token
    for forged in (
        {},
        {"x-csrf-token": token(other.id)},
        {"x-csrf-token": token(own.id), "origin": "https://evil.example"},
        {"x-csrf-token": token(own.id), "sec-fetch-site": "cross-site"},
    ):
        client = gateway.client(cookie=f"chosei_session={gateway.tokens[ADMIN]}", **forged)
        writes = [route for route in known_only() if not route.startswith("GET ")]
        answers = {route: await ask(client, route) for route in writes}
        assert not {route: answer.status_code for route, answer in answers.items() if answer.status_code != 403}
    assert asked_for_somebody(gateway) == []
    assert await gateway.parts.sessions.find(gateway.tokens[ADMIN]) is not None


async def test_members_are_refused_what_is_for_administrators(gateway: Installation) -> None:
    """By the gateway, or by the service behind, which is told that a member asks."""
    page = gateway.pages(TARO)
    token = await token_of(page, "/account")
    page.headers.update({"x-csrf-token": token, "origin": URL})
    for route in [route for route, who in RULES.items() if who is Who.ADMIN]:
        gateway.services.asked.clear()
        answer = await ask(gateway.taro if of_api(route) else page, route)
        if of_api(route) and gateway.services.asked:
            assert {one.headers["x-role"] for one in gateway.services.asked} == {"member"}, route
        else:
            assert answer.status_code in ((403, 422) if of_api(route) else (403,)), (route, answer.text)


async def test_a_guests_link_is_all_that_counts_on_guests_ways(gateway: Installation) -> None:
    """Neither a session nor an API key makes a guest more than a guest, or less."""
    body = {"name": "鍵", "scopes": [scope.value for scope in Scope]}
    secret = (await gateway.admin.post(f"{PREFIX}/api-keys", json=body)).json()["secret"]
    callers = [
        gateway.anyone,
        gateway.admin,
        gateway.client(secret),
        gateway.client("no-session"),
        gateway.client(cookie=f"chosei_session={gateway.tokens[ADMIN]}"),
    ]
    gateway.services.asked.clear()
    for route in [route for route, who in RULES.items() if who is Who.LINK and not route.endswith("/p/{slug}/forget")]:
        statuses = {(await ask(client, route)).status_code for client in callers}
        assert len(statuses) == 1, (route, statuses)
        assert not statuses & {401, 403}, route
    assert asked_for_somebody(gateway) == []


async def test_a_key_with_its_scope_passes_and_with_all_others_does_not(gateway: Installation) -> None:
    keys: dict[tuple[str, ...], httpx.AsyncClient] = {}

    async def machine(scopes: list[Scope]) -> httpx.AsyncClient:
        name = tuple(sorted(scope.value for scope in scopes))
        if name not in keys:
            made = await gateway.admin.post(f"{PREFIX}/api-keys", json={"name": "鍵", "scopes": list(name)})
            keys[name] = gateway.client(made.raise_for_status().json()["secret"])
        return keys[name]

    refusals = ("insufficient_scope", "not_for_keys")
    for route, needed in ROUTES.items():
        whole = route.replace(" ", f" {PREFIX}", 1)
        if isinstance(needed, Scope):
            noun = needed.value.partition(":")[0]
            lacking = await machine([one for one in Scope if one.value.partition(":")[0] != noun])
            answer = await ask(lacking, whole, json=None if route.startswith("GET ") else {})
            assert answer.status_code == 422 or answer.json()["code"] in refusals, route
            passes = await ask(await machine([needed]), whole)
            assert passes.status_code != 401, route
            assert passes.status_code != 403 or passes.json()["code"] not in refusals, route
        elif needed is Whom.PEOPLE:
            answer = await ask(await machine(list(Scope)), whole)
            assert answer.json()["code"] == "not_for_keys", route


async def test_what_anybody_may_read_is_the_same_for_everybody(gateway: Installation) -> None:
    """So nothing of any organization can be in it. Figures change by themselves."""
    for route in [route for route, who in RULES.items() if who is Who.ANYBODY and not route.endswith("/metrics")]:
        seen = [await ask(client, route) for client in (gateway.pages(), gateway.pages(ADMIN), gateway.pages(OTHER))]
        assert len({(answer.status_code, answer.headers.get("location"), answer.text) for answer in seen}) == 1, route
        assert seen[0].status_code < 400 or seen[0].status_code == 404, route
    assert asked_for_somebody(gateway) == []

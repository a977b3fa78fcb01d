"""Invitations: one link at a time, good once and for seven days, known to nobody but its mail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.contracts.sealed import InvitationSecrets
from shared.crypto import KeyRing
from tests.infrastructure.broker import Broker
from tests.infrastructure.service import Bus, listening
from tests.integration.gateway.installation import KEYS, URL, Installation
from tests.integration.gateway.test_pages import token_of
from tests.waiting import eventually

PASSWORD = {"password": "a-new-password"}
NewMember = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def bus(gateway_broker: Broker) -> AsyncIterator[Bus]:
    async with listening(gateway_broker.url()) as heard:
        yield heard


@pytest.fixture
def new_member(gateway: Installation) -> NewMember:
    async def add(email: str, **changes: Any) -> dict[str, Any]:
        added = await gateway.admin.post("/api/v1/staff", json={"name": "中村健一", "email": email, **changes})
        assert added.status_code == 201, added.text
        made: dict[str, Any] = added.json()
        return made

    return add


async def tokens(bus: Bus, staff_id: str, count: int = 1) -> list[str]:
    """Of all links mailed so far, in the order of their versions."""

    def events() -> list[dict[str, Any]]:
        kind = "chosei.gateway.staff_invited.v1"
        return [event for event in bus.heard if event["type"] == kind and event["subject"] == staff_id]

    await eventually(lambda: len(events()) >= count)
    found = sorted(events(), key=lambda event: event["aggregateversion"])
    urls = [InvitationSecrets.unseal(KeyRing.parse(KEYS), e["data"]["sealed"], subject=staff_id).url for e in found]
    assert all(url.startswith(f"{URL}/invite/") for url in urls)
    return [url.rpartition("/")[2] for url in urls]


async def invite(gateway: Installation, staff_id: str, **headers: str) -> Any:
    return await gateway.admin.post(f"/api/v1/staff/{staff_id}/invitation", headers=headers)


async def test_who_is_added_without_a_password_is_invited_and_chooses_one(
    gateway: Installation, bus: Bus, new_member: NewMember
) -> None:
    member = await new_member("first@example.jp", locale="en")
    assert member["sign_in"] == "invited"
    (token,) = await tokens(bus, member["id"])
    (event,) = [e for e in bus.heard if e["type"].endswith("staff_invited.v1") and e["subject"] == member["id"]]
    assert event["data"]["person"]["email"] == "first@example.jp"
    assert (event["data"]["locale"], event["data"]["invited_by"]["name"]) == ("en", "佐藤花子")
    shown = await gateway.anyone.get(f"/api/v1/invitations/{token}")
    assert (shown.json()["name"], shown.json()["email"]) == ("中村健一", "first@example.jp")
    accepted = await gateway.anyone.post(f"/api/v1/invitations/{token}", json=PASSWORD)
    assert accepted.status_code == 201
    me = await gateway.client(accepted.json()["token"]).get("/api/v1/me")
    assert (me.json()["id"], me.json()["sign_in"], me.json()["invited_until"]) == (member["id"], "ready", None)
    login = {"email": "first@example.jp", **PASSWORD}
    assert (await gateway.anyone.post("/api/v1/sessions", json=login)).status_code == 201


async def test_g23_the_link_has_128_bits_and_is_kept_nowhere(
    gateway: Installation, bus: Bus, new_member: NewMember
) -> None:
    member = await new_member("secret@example.jp")
    (token,) = await tokens(bus, member["id"])
    assert len(token) == 22
    row = await gateway.parts.staff.staff.find_one({"_id": member["id"]})
    assert token not in str(row)
    assert token not in str(bus.heard)


async def test_unknown_used_replaced_and_expired_links_are_refused_alike(
    gateway: Installation, bus: Bus, new_member: NewMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await new_member("alike@example.jp")
    assert (await invite(gateway, member["id"])).status_code == 200
    replaced, used = await tokens(bus, member["id"], 2)
    assert (await gateway.anyone.post(f"/api/v1/invitations/{used}", json=PASSWORD)).status_code == 201
    await invite(gateway, member["id"])
    expired = (await tokens(bus, member["id"], 3))[2]
    late = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr("services.gateway.usecases.invite.clock.now", lambda: late)
    answers = []
    for token in ("AAAAAAAAAAAAAAAAAAAAAA", replaced, used, expired):
        for method in ("GET", "POST"):
            body = PASSWORD if method == "POST" else None
            answers.append(await gateway.anyone.request(method, f"/api/v1/invitations/{token}", json=body))
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert answers[0].json()["code"] == "invitation_invalid"
    page = gateway.pages()
    pages = [await page.get(f"/invite/{token}") for token in ("AAAAAAAAAAAAAAAAAAAAAA", replaced, used, expired)]
    assert {answer.status_code for answer in pages} == {404}
    assert all("この招待リンクは使えません" in answer.text for answer in pages)


async def test_two_presses_with_one_link_choose_one_password(
    gateway: Installation, bus: Bus, new_member: NewMember
) -> None:
    member = await new_member("twice@example.jp")
    (token,) = await tokens(bus, member["id"])
    answers = await asyncio.gather(
        *(gateway.anyone.post(f"/api/v1/invitations/{token}", json={"password": f"password-{n}"}) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 404, 404, 404]


async def test_g07_opening_the_link_changes_nothing(gateway: Installation, bus: Bus, new_member: NewMember) -> None:
    member = await new_member("scanner@example.jp")
    (token,) = await tokens(bus, member["id"])
    before = await gateway.parts.staff.staff.find_one({"_id": member["id"]})
    for method in ("GET", "HEAD", "GET"):
        assert (await gateway.pages().request(method, f"/invite/{token}")).status_code == 200
    assert await gateway.parts.staff.staff.find_one({"_id": member["id"]}) == before


async def test_a_repeat_with_the_same_key_sends_no_second_link(
    gateway: Installation, bus: Bus, new_member: NewMember
) -> None:
    member = await new_member("again@example.jp")
    first, second = [await invite(gateway, member["id"], **{"idempotency-key": "resend-1"}) for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    newest = await invite(gateway, member["id"])
    assert len(await tokens(bus, member["id"], 3)) == 3
    assert newest.json()["version"] == first.json()["version"] + 1
    assert newest.headers["etag"] != first.headers["etag"]


async def test_invitations_at_once_leave_one_link_that_works(
    gateway: Installation, bus: Bus, new_member: NewMember
) -> None:
    member = await new_member("race@example.jp")
    answers = await asyncio.gather(*(invite(gateway, member["id"]) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
    made = await tokens(bus, member["id"], 4)
    looks = [(await gateway.anyone.get(f"/api/v1/invitations/{token}")).status_code for token in made]
    assert looks == [404, 404, 404, 200]


@pytest.mark.parametrize(
    "change", [{"disabled": True}, {"email": "elsewhere@example.jp"}, {"password": "given-by-admin"}]
)
async def test_a_link_ends_when_its_person_is_disabled_or_gets_another_address_or_password(
    gateway: Installation, bus: Bus, new_member: NewMember, change: dict[str, Any]
) -> None:
    member = await new_member(f"ends-{next(iter(change))}@example.jp")
    (token,) = await tokens(bus, member["id"])
    assert (await gateway.admin.patch(f"/api/v1/staff/{member['id']}", json=change)).status_code == 200
    assert (await gateway.anyone.post(f"/api/v1/invitations/{token}", json=PASSWORD)).status_code == 404


async def test_a_new_link_for_a_lost_password_leaves_the_old_one_until_it_is_used(
    gateway: Installation, bus: Bus, new_member: NewMember
) -> None:
    member = await new_member("lost@example.jp", password="the-old-one")
    assert member["sign_in"] == "ready"
    login = {"email": "lost@example.jp", "password": "the-old-one"}
    session = (await gateway.anyone.post("/api/v1/sessions", json=login)).json()["token"]
    assert (await invite(gateway, member["id"])).json()["sign_in"] == "invited"
    (token,) = await tokens(bus, member["id"])
    assert (await gateway.client(session).get("/api/v1/me")).status_code == 200
    assert (await gateway.anyone.post(f"/api/v1/invitations/{token}", json=PASSWORD)).status_code == 201
    assert (await gateway.client(session).get("/api/v1/me")).status_code == 401
    assert (await gateway.anyone.post("/api/v1/sessions", json=login)).status_code == 401


async def test_who_is_disabled_is_not_invited(gateway: Installation, new_member: NewMember) -> None:
    member = await new_member("disabled@example.jp")
    await gateway.admin.patch(f"/api/v1/staff/{member['id']}", json={"disabled": True})
    refused = await invite(gateway, member["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "staff_disabled")


async def test_members_and_other_organizations_invite_nobody(gateway: Installation, new_member: NewMember) -> None:
    member = await new_member("nobody@example.jp")
    path = f"/api/v1/staff/{member['id']}/invitation"
    assert (await gateway.taro.post(path)).json()["code"] == "forbidden"
    assert (await gateway.other.post(path)).status_code == 404
    assert (await gateway.anyone.post(path)).status_code == 401
    assert (await gateway.other.get(f"/api/v1/staff/{member['id']}")).status_code == 404


@pytest.mark.parametrize("odd", [{}, {"password": "short"}, {"password": 8}, {"password": "x" * 257}, {"other": 1}])
async def test_a_password_must_fit_the_rules_and_the_link_stays_good(
    gateway: Installation, bus: Bus, new_member: NewMember, odd: dict[str, Any]
) -> None:
    member = await new_member(f"rules-{len(str(odd))}@example.jp")
    (token,) = await tokens(bus, member["id"])
    assert (await gateway.anyone.post(f"/api/v1/invitations/{token}", json=odd)).status_code == 422
    assert (await gateway.anyone.get(f"/api/v1/invitations/{token}")).status_code == 200


async def test_an_invited_administrator_is_not_counted_as_one_who_can_sign_in(gateway: Installation) -> None:
    me = gateway.ids["other@example.com"]
    pending = {"name": "Pending", "email": "pending@example.com", "role": "admin"}
    pending_id = (await gateway.other.post("/api/v1/staff", json=pending)).json()["id"]
    for change in ({"role": "member"}, {"disabled": True}):
        refused = await gateway.other.patch(f"/api/v1/staff/{me}", json=change)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
    assert (await gateway.other.patch(f"/api/v1/staff/{pending_id}", json={"role": "member"})).status_code == 200


@pytest.mark.parametrize("change", [{"role": "member"}, {"disabled": True}])
async def test_of_two_administrators_who_leave_at_once_one_stays(gateway: Installation, change: dict[str, Any]) -> None:
    me = gateway.ids["other@example.com"]
    second = {"name": "Second", "email": f"{next(iter(change))}@example.com", "role": "admin", "password": "second-pw"}
    second_id = (await gateway.other.post("/api/v1/staff", json=second)).json()["id"]
    answers = await asyncio.gather(
        *(gateway.other.patch(f"/api/v1/staff/{staff_id}", json=change) for staff_id in (me, second_id))
    )
    left = await gateway.parts.staff.staff.count_documents(
        {"organization_id": "org_other", "role": "admin", "disabled": False, "password_hash": {"$gt": ""}}
    )
    await gateway.parts.staff.staff.update_one({"_id": me}, {"$set": {"role": "admin", "disabled": False}})
    await gateway.parts.staff.staff.update_one({"_id": second_id}, {"$set": {"role": "member", "disabled": False}})
    login = {"email": "other@example.com", "password": "other-admin"}
    gateway.tokens["other@example.com"] = (await gateway.anyone.post("/api/v1/sessions", json=login)).json()["token"]
    assert left == 1
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert sorted(answer.status_code for answer in answers)[1] in (401, 403, 409)


async def test_the_page_signs_in_who_chose_a_password(gateway: Installation, bus: Bus, new_member: NewMember) -> None:
    member = await new_member("page@example.jp")
    (token,) = await tokens(bus, member["id"])
    page = gateway.pages()
    form = {"csrf_token": await token_of(page, f"/invite/{token}")}
    forged = await page.post(f"/invite/{token}", data=PASSWORD | {"csrf_token": "forged"})
    assert forged.status_code == 403
    short = await page.post(f"/invite/{token}", data=form | {"password": "short"})
    assert short.status_code == 422
    assert "短すぎます" in short.text
    done = await page.post(f"/invite/{token}", data=form | PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/connections?said=welcome")
    assert "中村健一さん、パスワードを設定しました。" in (await page.get(done.headers["location"])).text

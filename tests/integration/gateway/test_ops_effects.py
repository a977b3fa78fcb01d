"""Effects on the page of operators (X7): equal ones as one row, one by one, when next, and what nobody tried yet."""

import html
import re
from typing import Any

import httpx
import pytest

from shared.contracts.api.operations import OwedEffect
from shared.cursors import cursor_of
from shared.operations.groups import kind_of
from tests.integration.gateway.fakes import Answer
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.operation_views import an_owed_effect, some_operations
from tests.integration.gateway.test_ops_page import PAGE, shown

AN_EFFECT = OwedEffect.model_validate(an_owed_effect())
ODD = cursor_of("zoom_issuer", "<b>", "meeting", "", "", "unavailable")


def waiting_effects(count: int, **changes: Any) -> list[dict[str, Any]]:
    """The newest first."""
    return [
        an_owed_effect(
            "zoom_issuer",
            f"apt_{number:04}",
            status="waiting",
            reason="unavailable",
            since=f"2026-11-20T01:{number % 60:02}:00Z",
            until=f"2099-11-20T02:{number % 60:02}:00Z",
            **changes,
        )
        for number in reversed(range(count))
    ]


def answer_effects(gateway: Installation, *effects: dict[str, Any]) -> None:
    """Zoom's, by status as they are asked for, after the place that is asked for."""

    def answer(request: httpx.Request) -> dict[str, Any]:
        asked = request.url.params
        items = [one for one in effects if one["status"] == asked["status"]]
        after = [one for one in items if "about" not in asked or one["about"] < asked["about"]]
        return {"items": after[: int(asked["limit"])]}

    gateway.services.says("zoom_issuer", "GET /internal/operations/effects?", Answer(200, answer))


async def test_x7_hundreds_of_equal_effects_are_one_row_and_each_can_be_seen(gateway: Installation) -> None:
    odd = an_owed_effect("zoom_issuer", "apt_9999", status="waiting", reason="throttled")
    answer_effects(gateway, odd, *waiting_effects(350))
    page = await shown(gateway)
    assert page.count("同じもの 350件") == 1
    assert "最も古いものは 2026年11月20日(金) 10:00 から・2099年11月20日(金) 11:00 に再試行" in page
    assert page.count('class="ops-row"') == 2, "one for all of them, one for the odd one"
    assert f'action="/ops/effects/{odd["id"]}/retry"' in page
    english = await shown(gateway, "?lang=en")
    assert "350 alike" in english
    assert "Show one by one" in english
    assert "oldest since Fri, 20 Nov 2026 10:00, next try at Fri, 20 Nov 2099 11:00" in english


async def test_x7_a_next_try_that_lies_behind_us_is_said_to_be_due(gateway: Installation) -> None:
    due = [{**one, "until": "2026-11-20T02:00:00Z"} for one in waiting_effects(4)]
    odd = an_owed_effect("zoom_issuer", "apt_9999", status="waiting", reason="throttled", until="2026-11-20T03:00:00Z")
    answer_effects(gateway, odd, *due)
    page = await shown(gateway)
    assert page.count("2026年11月20日(金) 11:00 から順番待ち") == 1
    assert page.count("2026年11月20日(金) 12:00 から順番待ち") == 1
    assert "に再試行" not in page
    assert "next in line, since Fri, 20 Nov 2026 12:00" in await shown(gateway, "?lang=en")


async def test_x7_what_nobody_tried_yet_is_told_by_service(gateway: Installation) -> None:
    backlog = {"name": "meetings", "waiting": 350, "held": 16, "failing": 0, "oldest_due_at": "2026-11-20T01:00:00Z"}
    untried = [{**backlog, "untried": number, "oldest_untried_at": f"2026-11-20T0{number}:00:00Z"} for number in (2, 1)]
    state = some_operations("zoom_issuer", work=[*untried, backlog])
    gateway.services.says("zoom_issuer", "GET /internal/operations?", Answer(200, state))
    page = await shown(gateway)
    assert "Zoom: まだ試していないもの 3件・最も古いものは 2026年11月20日(金) 10:00 から" in page
    assert page.count("まだ試していないもの") == 1
    assert "待っているものはありません。" not in page
    english = await shown(gateway, "?lang=en")
    assert "Zoom, not tried yet: 3, the oldest since Fri, 20 Nov 2026 10:00" in english


async def test_x7_what_is_equal_is_shown_one_by_one_with_ids_and_actions(gateway: Installation) -> None:
    odd = an_owed_effect("zoom_issuer", "apt_0007x", status="waiting", reason="throttled")
    effects = waiting_effects(45)
    answer_effects(gateway, *effects[:37], odd, *effects[37:])
    at = (await shown(gateway)).split('href="/ops/effects?')[1].split('"')[0]
    seen: list[str] = []
    while at:
        page = await shown(gateway, f"/effects?{at}")
        seen += re.findall(r'action="/ops/effects/([^/"]+)/retry"', page)
        assert page.count("/give-up") == page.count("/retry") <= 20
        assert f"<code>{seen[-1]}</code>" in page, "the command line takes it"
        following = re.search(r'href="/ops/effects\?([^"#]+)#single" rel="next"', page)
        at = html.unescape(following[1]) if following else ""
    assert seen == [one["id"] for one in effects]


@pytest.mark.parametrize("kind", ["", "nonsense", "W10=", kind_of(AN_EFFECT).id, ODD])
async def test_what_is_no_kind_or_none_any_more_leads_back(gateway: Installation, kind: str) -> None:
    answer = await gateway.pages("admin@example.jp").get(f"{PAGE}/effects?kind={kind}")
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)


async def test_x7_of_more_than_a_thousand_the_newest_are_counted_and_that_is_said(gateway: Installation) -> None:
    answer_effects(gateway, *waiting_effects(1003))
    page = await shown(gateway)
    assert "同じもの 1000件" in page
    assert page.count("新しい順に1000件まで") == 1
    at = page.split('href="/ops/effects?')[1].split('"')[0]
    oldest = f"{at}&cursor={cursor_of('apt_0010', '')}"
    assert (await shown(gateway, f"/effects?{oldest}")).count('/retry"') == 10


async def test_x7_a_service_that_is_down_is_named_where_its_effects_are_shown_one_by_one(gateway: Installation) -> None:
    gateway.services.down.add("zoom_issuer")
    page = await shown(gateway, f"/effects?kind={kind_of(AN_EFFECT).id}")
    assert "「Zoom」" in page

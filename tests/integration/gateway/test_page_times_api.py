"""Staff try a page's rules, ask why a time is missing, and offer times in a mail, in the API (H2, H15, X11)."""

import json

from tests.integration.gateway.installation import Installation


async def test_h2_rules_are_tried_before_they_are_saved(gateway: Installation) -> None:
    asked = {"page": {"title": "ご相談", "step": 15}, "duration": 30}
    tried = await gateway.admin.post("/api/v1/pages/preview", json=asked)
    assert (tried.status_code, tried.json()["slots"][0]["host_ids"]) == (200, ["stf_taro"])
    assert json.loads(gateway.services.last("booking").content) == asked
    bad = await gateway.admin.post("/api/v1/pages/preview", json={"page": {"title": "ご相談", "step": 7}})
    assert bad.status_code == 422


async def test_x11_reasons_of_the_page_and_of_each_host_are_sentences(gateway: Installation) -> None:
    headers = {"accept-language": "en"}
    answer = await gateway.admin.get("/api/v1/pages/pag_1/explain?at=2030-12-02T10:00:00%2B09:00", headers=headers)
    assert gateway.services.last("booking").url.params["at"] == "2030-12-02T01:00:00Z"
    told = answer.json()
    assert told["free"] is False
    assert told["reasons"] == [{"reason": "daily_limit", "detail": "The limit of the day is reached."}]
    assert [one["detail"] for one in told["hosts"][0]["reasons"]] == ["Outside the hours."]


async def test_h15_each_time_in_a_mail_is_a_link_with_that_time_chosen(gateway: Installation) -> None:
    asked = {"starts": ["2030-12-02T13:00:00+09:00"], "locale": "ja"}
    made = await gateway.admin.post("/api/v1/pages/pag_1/times", json=asked)
    link = "http://gateway/p/intro?start=2030-12-02T04:00:00Z&duration=30"
    assert link in made.json()["text"]
    assert "2030年12月2日(月) 13:00 ～ 13:30" in made.json()["text"]
    assert f'<a href="{link.replace("&", "&amp;")}">2030年12月2日(月) 13:00' in made.json()["html"]


async def test_h15_a_time_that_is_not_free_is_pointed_to(gateway: Installation) -> None:
    asked = {"starts": ["2030-12-02T13:00:00+09:00", "2030-12-02T14:00:00+09:00"]}
    refused = await gateway.admin.post("/api/v1/pages/pag_1/times", json=asked)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/starts/1")

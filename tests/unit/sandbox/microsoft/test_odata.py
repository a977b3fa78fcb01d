"""Prefer headers and $filter as far as they are understood."""

import pytest
from starlette.datastructures import Headers, QueryParams

from deploy.sandbox.microsoft.errors import GraphError
from deploy.sandbox.microsoft.odata import Condition, page_link, parse_filter, preferences, reader

MARK = "String {66F5A359-4659-4830-9070-00047EC6AC6E} Name chosei"
KEY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name chosei"


def test_preferences_come_in_one_header() -> None:
    found = preferences(Headers({"Prefer": 'IdType="ImmutableId", outlook.timezone="Asia/Tokyo", odata.maxpagesize=7'}))

    assert (found.zone, found.page_size) == ("Asia/Tokyo", 7)
    assert 'IdType="ImmutableId"' in found.applied


def test_a_filter_names_extended_properties_whatever_the_case_of_their_guid() -> None:
    found = parse_filter(f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq 'it''s')")

    assert found.marks == ((KEY, "it's"),)
    assert found.conditions == ()


def test_conditions_are_joined_by_and() -> None:
    found = parse_filter("start/dateTime ge '2026-12-01T00:00:00Z' and (iCalUId eq '04')")

    assert found.conditions == (
        Condition("start/datetime", "ge", "2026-12-01T00:00:00Z"),
        Condition("icaluid", "eq", "04"),
    )


@pytest.mark.parametrize("text", ["x", "subject like 'x'", "contains(subject, 'x')", "subject eq x'"])
def test_a_filter_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(GraphError) as caught:
        parse_filter(text)

    assert caught.value.code == "ErrorInvalidUrlQueryFilter"


def test_an_expansion_names_the_properties_to_show() -> None:
    expand = f"singleValueExtendedProperties($filter=id eq '{MARK}')"

    assert reader(QueryParams({"$expand": expand}), preferences(Headers())).expanded == {KEY}
    assert reader(QueryParams({}), preferences(Headers())).expanded is None


def test_a_link_keeps_the_query_but_for_its_place() -> None:
    link = page_link("http://s/me/events", QueryParams({"$top": "2", "$skip": "2"}), skip="4")

    assert link == "http://s/me/events?$top=2&$skip=4"

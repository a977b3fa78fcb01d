"""What Zoom takes from a create or update."""

from datetime import timedelta

import orjson
import pytest

from deploy.sandbox.zoom.body import MeetingBody, read_meeting
from deploy.sandbox.zoom.errors import ZoomRefused


def _read(strict_time: bool = True, **fields: object) -> MeetingBody:
    return read_meeting(orjson.dumps(fields), "Asia/Tokyo", strict_time=strict_time)


def test_unknown_fields_and_nulls_are_ignored() -> None:
    assert _read(user_id="a", topic=None, settings={"nonsense": 1, "host_video": None}) == MeetingBody(settings={})


def test_the_limits_themselves_are_allowed() -> None:
    body = _read(topic="あ" * 200, agenda="x" * 2000, duration=1440, password="x" * 10)

    assert (len(body.topic or ""), body.duration) == (200, timedelta(days=1))


@pytest.mark.parametrize(
    "fields",
    [
        {"topic": 1},
        {"duration": 0},
        {"duration": "soon"},
        {"type": 4},
        {"password": "日本語"},
        {"settings": {"host_video": "yes"}},
        {"settings": {"jbh_time": 7}},
        {"start_time": "tomorrow"},
    ],
)
def test_what_does_not_fit_is_named(fields: dict[str, object]) -> None:
    with pytest.raises(ZoomRefused) as refused:
        _read(**fields)

    assert (refused.value.code, [error.field for error in refused.value.errors]) == (300, list(fields))


def test_an_update_overlooks_a_time_that_it_cannot_read() -> None:
    assert _read(strict_time=False, start_time="2026-12-01T13:00:00.000Z", topic="U") == MeetingBody(topic="U")


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'"x"'])
def test_a_body_must_be_an_object(raw: bytes) -> None:
    with pytest.raises(ZoomRefused, match="valid JSON object"):
        read_meeting(raw, "UTC", strict_time=True)

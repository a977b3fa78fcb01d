"""H15: free times of a page as text and HTML for a mail."""

from datetime import UTC, datetime, timedelta

from services.gateway.usecases.times_in_mail import times_text
from shared.contracts.api.page_times import HostedTime
from shared.contracts.api.pages import PageView
from tests.integration.gateway.page_views import a_page


def a_time(day: int) -> HostedTime:
    start = datetime(2027, 3, day, 14, tzinfo=UTC)
    return HostedTime(start=start, end=start + timedelta(minutes=30), host_ids=[])


def test_g06_no_offset_is_named_that_is_wrong_for_some_of_the_times() -> None:
    page = PageView.model_validate(a_page(time_zone="America/New_York"))
    around = times_text(page, [a_time(12), a_time(15)], 30, "en")
    assert "Eastern Time" in around.text
    assert "GMT" not in around.text + around.html
    assert "Eastern Time (GMT-4)" in times_text(page, [a_time(15)], 30, "en").text

"""What the demo says of services that it may not import."""

import pytest

from deploy.demo.programs import shares_of_limits
from services.calendar_sync.settings import Settings


@pytest.mark.parametrize("count", [2, 3, 4])
def test_g20_processes_of_calendar_sync_together_keep_to_the_providers_limits(count: int) -> None:
    for name, share in shares_of_limits(count).items():
        limit = Settings.model_fields[name.removeprefix("CHOSEI_").lower()].default
        assert limit - count < int(share) * count <= limit


def test_one_process_has_them_for_itself() -> None:
    assert shares_of_limits(1) == {}

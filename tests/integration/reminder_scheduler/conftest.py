"""reminder_scheduler on the real broker and database."""

import pytest


@pytest.fixture
async def database_url(emptied_database_url: str) -> str:
    """Its indexes are made once for all these tests."""
    return emptied_database_url

"""What a fault needs of the machine."""

import pytest

from bench.chaos.errors import Skipped
from bench.chaos.stage import on_stage
from local import postgres

pytestmark = pytest.mark.unit


async def test_without_postgresql_its_faults_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "programs", lambda: None)
    with pytest.raises(Skipped, match="install Debian's package `postgresql`"):
        async with on_stage(on_postgresql=True):
            raise AssertionError

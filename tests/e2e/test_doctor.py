"""The doctor finds a healthy house healthy, and leaves no trace in its records."""

import asyncio
import sys

import pytest

from local.stack.environment import clean_environment
from local.stack.provision import MANIFEST
from tests.e2e.house import House

pytestmark = pytest.mark.e2e


async def test_the_doctor_passes_a_healthy_house_and_leaves_no_record(house: House) -> None:
    before = len(await house.store.recent(1000))
    doctor = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scripts.provision_trunk",
        "doctor",
        "--file",
        str(MANIFEST),
        env=clean_environment() | house.stack.env(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await doctor.communicate()
    assert doctor.returncode == 0, said.decode()
    await house.wait_until_empty()
    assert len(await house.store.recent(1000)) == before

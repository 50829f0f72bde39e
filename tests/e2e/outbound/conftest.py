"""Two ways out of the house: to telephones that scripts answer, and to a carrier."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.records import Records
from local.stack.environment import clean_environment
from local.stack.ports import Ports
from local.stack.provision import provision
from tests import side_by_side
from tests.e2e.house import House
from tests.e2e.outbound.operator import Operator

_MANIFEST = """
outbound_trunks:
  telephones:
    address: {telephones}
    transport: SIP_TRANSPORT_UDP
    numbers: ["+12025550100"]
  carrier:
    address: 127.0.0.1:{carrier_port}
    transport: SIP_TRANSPORT_UDP
    numbers: ["+12025550100"]
"""


@pytest_asyncio.fixture(scope="package")
async def ways_out(running_house: House) -> AsyncIterator[Operator]:
    stack = running_house.stack
    carrier_port = Ports.pick().sip
    manifest = stack.run_dir / "outbound.yaml"
    manifest.write_text(
        _MANIFEST.format(telephones=running_house.telephone.address, carrier_port=carrier_port)
    )
    await provision(stack.run_dir, clean_environment() | stack.env(), manifest)
    async with Records.open(stack.database_url) as records:
        yield Operator(running_house, records.orders, carrier_port)


@pytest_asyncio.fixture
async def operator(
    ways_out: Operator, house: House, request: pytest.FixtureRequest
) -> AsyncIterator[Operator]:
    yield ways_out
    if not side_by_side.is_under_way(request.node):
        await ways_out.close()

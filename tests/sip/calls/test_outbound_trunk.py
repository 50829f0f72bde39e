"""The way out is the trunk that was meant, and a number that belongs to it."""

from typing import Self, cast

import pytest
from livekit.protocol.sip import SIPOutboundTrunkInfo

from sip.calls.outbound_trunk import WayOut, find_way_out
from sip.errors import TrunkNotFound
from sip.objects.server import SipService

pytestmark = pytest.mark.unit


class Listing:
    """A server with these outbound trunks."""

    def __init__(self, *trunks: SIPOutboundTrunkInfo) -> None:
        self.items = trunks

    async def list_outbound_trunk(self, _: object) -> Self:
        return self


def a_trunk(name: str, *numbers: str) -> SIPOutboundTrunkInfo:
    return SIPOutboundTrunkInfo(sip_trunk_id=f"ST_{name}", name=name, numbers=numbers)


async def find(
    *trunks: SIPOutboundTrunkInfo, name: str | None = None, number: str | None = None
) -> WayOut:
    return await find_way_out(cast(SipService, Listing(*trunks)), name, number)


US = a_trunk("us", "+12025550100", "+1 (202) 555-0101")
FR = a_trunk("fr", "+33142685300")
ANY = a_trunk("any", "*")


async def test_the_only_trunk_needs_no_name() -> None:
    assert await find(US) == WayOut("ST_us", "us", "+12025550100")


async def test_of_several_the_named_one_is_taken_by_name_or_id() -> None:
    assert (await find(US, FR, name="fr")).trunk_id == "ST_fr"
    assert (await find(US, FR, name="ST_us")).trunk_name == "us"


@pytest.mark.parametrize(
    ("trunks", "name", "number", "words"),
    [
        ((), None, None, "provision-trunk apply"),
        ((US, FR), None, None, "choose with --trunk"),
        ((US, FR), "de", None, "there are: fr, us"),
        ((US, US), "us", None, "several outbound trunks"),
        ((US,), None, "+12025550199", "not a number of trunk"),
        ((ANY,), None, None, "give one"),
    ],
)
async def test_without_a_way_out_it_is_said_what_to_do(
    trunks: tuple[SIPOutboundTrunkInfo, ...], name: str | None, number: str | None, words: str
) -> None:
    with pytest.raises(TrunkNotFound, match=words) as caught:
        await find(*trunks, name=name, number=number)
    assert "0199" not in str(caught.value) or "•" in str(caught.value)


async def test_a_number_of_the_trunk_may_be_written_in_any_form() -> None:
    assert (await find(US, number="+1 202 555 0101")).from_number == "+12025550101"
    assert (await find(ANY, number="+12025550155")).from_number == "+12025550155"

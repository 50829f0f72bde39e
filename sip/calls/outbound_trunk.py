"""Finding the way out: the outbound trunk that a call goes by, and the number it calls from."""

from dataclasses import dataclass, field

from livekit.protocol.sip import ListSIPOutboundTrunkRequest, SIPOutboundTrunkInfo

from sip.access import translated_errors
from sip.calls.number import mask_number, to_e164
from sip.errors import InvalidNumber, TrunkNotFound
from sip.objects.server import SipService

_ANY_NUMBER = "*"


@dataclass(frozen=True)
class WayOut:
    """A trunk and one of its numbers."""

    trunk_id: str
    trunk_name: str
    from_number: str = field(repr=False)


async def find_way_out(service: SipService, name: str | None, from_number: str | None) -> WayOut:
    """The outbound trunk of that name, or the only one there is, with a number of it.

    `from_number` must be one of the trunk's numbers; without it the first one is used.
    Raises TrunkNotFound with what to do, ServerRefused, InvalidNumber.
    """
    async with translated_errors():
        answer = await service.list_outbound_trunk(ListSIPOutboundTrunkRequest())
    trunk = _choose(list(answer.items), name)
    return WayOut(trunk.sip_trunk_id, trunk.name, _number(trunk, from_number))


def _choose(trunks: list[SIPOutboundTrunkInfo], name: str | None) -> SIPOutboundTrunkInfo:
    names = ", ".join(sorted(trunk.name for trunk in trunks)) or "none"
    found = [trunk for trunk in trunks if name is None or name in (trunk.name, trunk.sip_trunk_id)]
    if len(found) == 1:
        return found[0]
    if not trunks:
        raise TrunkNotFound(
            "there is no outbound trunk: declare one in trunks.yaml and run provision-trunk apply"
        )
    if name is None:
        raise TrunkNotFound(f"there are several outbound trunks ({names}): choose with --trunk")
    how_many = "several outbound trunks are" if found else "no outbound trunk is"
    raise TrunkNotFound(f'{how_many} called "{name}" (there are: {names})')


def _number(trunk: SIPOutboundTrunkInfo, wanted: str | None) -> str:
    own = [number for number in trunk.numbers if number != _ANY_NUMBER]
    if wanted is None:
        if not own:
            raise TrunkNotFound(f'trunk "{trunk.name}" has no number of its own: give one (--from)')
        return own[0]
    e164 = to_e164(wanted)
    if _ANY_NUMBER in trunk.numbers or e164 in {_comparable(number) for number in own}:
        return e164
    raise TrunkNotFound(
        f'{mask_number(e164)} is not a number of trunk "{trunk.name}": carriers drop such calls'
    )


def _comparable(number: str) -> str:
    try:
        return to_e164(number)
    except InvalidNumber:
        return number

"""Which inbound trunk lets a call in, as LiveKit decides it (protocol/sip/sip.go, MatchTrunk)."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from livekit.protocol.sip import SIPInboundTrunkInfo

from sip.calls.number import mask_number

_NUMBER = re.compile(r"\+?[\d\- ()]+", re.ASCII)
_NETWORK = re.compile(r"[0-9a-fA-F.:]+/\d{1,3}")
_IGNORED = re.compile(r"[()+*;, \t\n\r]|://")  # entries with these LiveKit leaves out


@dataclass(frozen=True)
class Caller:
    """Where a call comes from and what it rang, as it stands in the INVITE.

    `from_user` and `to_user` are the user parts of From and To. `source_ip` is where the packet
    came from; None when it is not known, and then no address list keeps the call out.
    """

    from_user: str
    to_user: str
    source_ip: str | None = None
    from_host: str = ""


@dataclass(frozen=True)
class TrunkMatch:
    """The trunk of a call. With more than one in `candidates` LiveKit refuses the call."""

    candidates: tuple[SIPInboundTrunkInfo, ...]
    rejected: tuple[tuple[SIPInboundTrunkInfo, str], ...]

    @property
    def trunk(self) -> SIPInboundTrunkInfo | None:
        """The trunk that lets the call in; None when there is no single one."""
        return self.candidates[0] if len(self.candidates) == 1 else None


def match_trunk(trunks: Sequence[SIPInboundTrunkInfo], caller: Caller) -> TrunkMatch:
    """The trunks that would let the call in, and why each of the others would not.

    A trunk that has the called number goes before one that has no numbers.
    """
    rejected: list[tuple[SIPInboundTrunkInfo, str]] = []
    specific: list[SIPInboundTrunkInfo] = []
    default: list[SIPInboundTrunkInfo] = []
    for trunk in trunks:
        if reason := _reason_against(trunk, caller):
            rejected.append((trunk, reason))
        elif trunk.numbers:
            specific.append(trunk)
        else:
            default.append(trunk)
    if specific:
        reason = "another trunk has exactly this number"
        rejected += [(trunk, reason) for trunk in default]
        default = []
    return TrunkMatch(tuple(specific or default), tuple(rejected))


def _reason_against(trunk: SIPInboundTrunkInfo, caller: Caller) -> str:
    if trunk.numbers and not has_number(trunk.numbers, caller.to_user):
        return f"it does not have the number {mask_number(caller.to_user)}"
    if trunk.allowed_numbers and not has_number(trunk.allowed_numbers, caller.from_user):
        return f"its allowed_numbers do not have the caller {mask_number(caller.from_user)}"
    if not is_address_allowed(trunk.allowed_addresses, caller):
        return f"its allowed_addresses do not have {caller.source_ip}"
    return ""


def has_number(numbers: Iterable[str], wanted: str) -> bool:
    """Whether a list has a number, however each of the two is written."""
    normal = normalized(wanted)
    return any(number == wanted or normalized(number) == normal for number in numbers)


def normalized(number: str) -> str:
    """A number as LiveKit compares it; what is not only digits stays as it is."""
    if not _NUMBER.fullmatch(number):
        return number
    digits = re.sub(r"[ \-()]", "", number)
    return digits if digits.startswith("+") else f"+{digits}"


def is_address_allowed(masks: Iterable[str], caller: Caller) -> bool:
    """Whether a call may come from its address. A list of unreadable entries keeps nobody out."""
    if caller.source_ip is None:
        return True
    try:
        address = ipaddress.ip_address(caller.source_ip)
    except ValueError:
        return True
    usable = [mask for mask in masks if not _IGNORED.search(mask)]
    if not usable:
        return True
    return any(mask == caller.from_host or _has_address(mask, address) for mask in usable)


def _has_address(mask: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        if "/" not in mask:
            return ipaddress.ip_address(mask) == address
        # Go reads only the length of a prefix, Python also a netmask.
        return bool(_NETWORK.fullmatch(mask)) and address in ipaddress.ip_network(
            mask, strict=False
        )
    except ValueError:
        return False

"""What is said about one object of the file by itself: open doors, and what cannot work."""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from sip.calls.number import is_assigned_range, mask_number
from sip.manifest.declared import Declared
from sip.manifest.fields import is_pin
from sip.manifest.yaml_lines import Path
from sip.objects.kinds import Kind
from sip.problems import Severity

_SHORTEST_PASSWORD = 12
_NO_LIMIT = "0s"
# LiveKit SIP knows the rate of these by itself and gives up on every other without one.
_CODECS_OF_ONE_RATE = frozenset({"PCMU", "PCMA", "G722", "AMR-WB"})

# What a check yields: where in the object, how bad, why, what to do.
Finding: TypeAlias = tuple[Path, Severity, str, str]
Check: TypeAlias = Callable[[Declared], Iterator[Finding]]


def _open_door(trunk: Declared) -> Iterator[Finding]:
    has_password = bool(trunk.fields.get("auth_password"))
    if has_password or trunk.fields.get("allowed_addresses"):
        return
    if trunk.fields.get("numbers"):
        yield (
            (),
            Severity.WARNING,
            "anybody who finds the SIP address and knows the number can call",
            "Add auth_username and auth_password, or the carrier's allowed_addresses",
        )
    else:
        yield (
            (),
            Severity.OPEN,
            "it is open to everybody: no numbers, no addresses, no password",
            "Add numbers, allowed_addresses, or auth_username and auth_password",
        )


def _half_digest(trunk: Declared) -> Iterator[Finding]:
    name, password = trunk.fields.get("auth_username"), trunk.fields.get("auth_password")
    if bool(name) != bool(password):
        missing = "auth_password" if name else "auth_username"
        yield (
            (),
            Severity.ERROR,
            f"{missing} is missing, and LiveKit then asks for no password at all",
            "Write both auth_username and auth_password, or neither",
        )


def _weak_password(trunk: Declared) -> Iterator[Finding]:
    path: Path = ("auth_password",)
    password = trunk.fields.get("auth_password", "")
    if password and path not in trunk.unset and len(password) < _SHORTEST_PASSWORD:
        yield (
            path,
            Severity.OPEN,
            f"the password has fewer than {_SHORTEST_PASSWORD} characters",
            "Use a longer one: SIP scanners try short ones all day",
        )


def _addresses(trunk: Declared) -> Iterator[Finding]:
    for index, address in enumerate(trunk.fields.get("allowed_addresses", [])):
        path: Path = ("allowed_addresses", index)
        try:
            network = ipaddress.ip_network(address, strict=False)
        except ValueError:
            yield (
                path,
                Severity.WARNING,
                f"{address} is compared with the From header, which every caller can write",
                "Prefer the carrier's addresses",
            )
            continue
        if network.prefixlen == 0:
            yield path, Severity.OPEN, f"{address} admits every address", "Name the carrier's own"


def _codecs(declared: Declared) -> Iterator[Finding]:
    media = declared.fields.get("media", {})
    path: Path = ("media", "codecs")
    if media.get("only_listed_codecs") and not media.get("codecs"):
        yield (
            path,
            Severity.ERROR,
            "only_listed_codecs is set and no codec is listed, so every call would fail",
            "List them: codecs: [{name: PCMU, rate: 8000}]",
        )
    for index, codec in enumerate(media.get("codecs", [])):
        if not codec.get("rate") and codec["name"] not in _CODECS_OF_ONE_RATE:
            yield (
                (*path, index),
                Severity.ERROR,
                f"the rate of {codec['name']} is missing, so every call would fail",
                "Add it as in SDP: rate: 8000",
            )


def _odd_numbers(declared: Declared) -> Iterator[Finding]:
    for name in ("numbers", "allowed_numbers", "inbound_numbers"):
        for index, number in enumerate(declared.fields.get(name, [])):
            if number != "*" and not is_assigned_range(number):
                yield (
                    (name, index),
                    Severity.WARNING,
                    f"no carrier gives out numbers like {mask_number(number)}",
                    "Look for a typing error",
                )


def _rule_without_trunks(rule: Declared) -> Iterator[Finding]:
    if not rule.trunks:
        yield (
            (),
            Severity.OPEN,
            "it names no trunks, so it takes every call, also calls that no trunk let in",
            "Name the inbound trunks it is for: trunks: [...]",
        )


def _nobody_answers(rule: Declared) -> Iterator[Finding]:
    if not rule.fields.get("room_config", {}).get("agents"):
        yield (
            (),
            Severity.WARNING,
            "it asks for no agent, so callers hear ringing until somebody else joins the room",
            "Add room_config: {agents: [{agent_name: storyteller}]}",
        )


def _shared_room(rule: Declared) -> Iterator[Finding]:
    room: Mapping[str, Mapping[str, Any]] = rule.fields.get("rule", {})
    words, remedy = "", "Use dispatch_rule_individual, which gives every call a room of its own"
    if "dispatch_rule_direct" in room:
        words = "every caller enters one room"
    elif "dispatch_rule_callee" in room and not room["dispatch_rule_callee"].get("randomize"):
        words, remedy = "all callers of one number share a room", "Write randomize: true"
    elif room.get("dispatch_rule_individual", {}).get("no_randomness"):
        words, remedy = "two calls from one number share a room", "Take no_randomness out"
    if words:
        reason = f"{words}: the second is not served, hears the first, and is cut with it"
        yield ("rule",), Severity.OPEN, reason, remedy


def _endless(trunk: Declared) -> Iterator[Finding]:
    if trunk.fields.get("ringing_timeout", _NO_LIMIT) == _NO_LIMIT:
        reason = "ringing_timeout is not set: a call that nobody answers rings three minutes"
        yield (), Severity.WARNING, reason, "Write ringing_timeout: 20s"
    if trunk.fields.get("max_call_duration", _NO_LIMIT) == _NO_LIMIT:
        reason = "max_call_duration is not set: a call that nobody ends goes on for a day"
        remedy = "Write max_call_duration: 17m, or a little more than the longest story"
        yield (), Severity.WARNING, reason, remedy


def _pin(rule: Declared) -> Iterator[Finding]:
    for kind, room in rule.fields.get("rule", {}).items():
        path: Path = ("rule", kind, "pin")
        pin = room.get("pin", "")
        if pin and path not in rule.unset and not is_pin(pin):
            remedy = "Callers type it on a telephone"
            yield path, Severity.ERROR, "the pin is not 1 to 16 digits", remedy


CHECKS: dict[Kind, tuple[Check, ...]] = {
    Kind.INBOUND_TRUNK: (
        _open_door,
        _half_digest,
        _weak_password,
        _addresses,
        _codecs,
        _odd_numbers,
        _endless,
    ),
    Kind.OUTBOUND_TRUNK: (_half_digest, _weak_password, _codecs, _odd_numbers),
    Kind.DISPATCH_RULE: (
        _rule_without_trunks,
        _shared_room,
        _nobody_answers,
        _pin,
        _codecs,
        _odd_numbers,
    ),
}

"""What is refused although its shape is right: doors open to strangers, and what cannot work."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

from sip.calls.number import is_assigned_range, mask_number
from sip.manifest.declared import Declared, Manifest
from sip.manifest.fields import is_pin
from sip.manifest.yaml_lines import Path
from sip.objects.kinds import Kind
from sip.problems import Problem, Severity, where

_SHORTEST_PASSWORD = 12
# LiveKit SIP knows the rate of these by itself and gives up on every other without one.
_CODECS_OF_ONE_RATE = frozenset({"PCMU", "PCMA", "G722", "AMR-WB"})
_RULE_KINDS = (
    "dispatch_rule_direct",
    "dispatch_rule_individual",
    "dispatch_rule_callee",
)

# What a check yields: where in the object, how bad, why, what to do.
_Finding = tuple[Path, Severity, str, str]
_Check = Callable[[Declared], Iterator[_Finding]]


def findings(manifest: Manifest, names: Mapping[Kind, Iterable[str]]) -> list[Problem]:
    """Everything to say about `manifest`; `names` are all names that the file declares."""
    found = []
    for declared in manifest.declared:
        for check in _CHECKS[declared.kind]:
            found += [_problem(manifest, declared, finding) for finding in check(declared)]
    found += _unknown_trunks(manifest, frozenset(names[Kind.INBOUND_TRUNK]))
    found += _shared_numbers(manifest)
    found += _clashing_rules(manifest)
    found += _declared_and_removed(manifest, names)
    return found


def _problem(manifest: Manifest, declared: Declared, finding: _Finding) -> Problem:
    at, severity, reason, remedy = finding
    path: Path = (declared.kind.section, declared.name, *at)
    return Problem(
        manifest.file, manifest.line_of(path), where(path[: 2 + len(at)]), reason, remedy, severity
    )


def _open_door(trunk: Declared) -> Iterator[_Finding]:
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


def _half_digest(trunk: Declared) -> Iterator[_Finding]:
    name, password = trunk.fields.get("auth_username"), trunk.fields.get("auth_password")
    if bool(name) != bool(password):
        missing = "auth_password" if name else "auth_username"
        yield (
            (),
            Severity.ERROR,
            f"{missing} is missing, and LiveKit then asks for no password at all",
            "Write both auth_username and auth_password, or neither",
        )


def _weak_password(trunk: Declared) -> Iterator[_Finding]:
    path: Path = ("auth_password",)
    password = trunk.fields.get("auth_password", "")
    if password and path not in trunk.unset and len(password) < _SHORTEST_PASSWORD:
        yield (
            path,
            Severity.OPEN,
            f"the password has fewer than {_SHORTEST_PASSWORD} characters",
            "Use a longer one: SIP scanners try short ones all day",
        )


def _addresses(trunk: Declared) -> Iterator[_Finding]:
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


def _codecs(declared: Declared) -> Iterator[_Finding]:
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


def _odd_numbers(declared: Declared) -> Iterator[_Finding]:
    for name in ("numbers", "allowed_numbers", "inbound_numbers"):
        for index, number in enumerate(declared.fields.get(name, [])):
            if number != "*" and not is_assigned_range(number):
                yield (
                    (name, index),
                    Severity.WARNING,
                    f"no carrier gives out numbers like {mask_number(number)}",
                    "Look for a typing error",
                )


def _rule_without_trunks(rule: Declared) -> Iterator[_Finding]:
    if not rule.trunks:
        yield (
            (),
            Severity.OPEN,
            "it names no trunks, so it takes every call, also calls that no trunk let in",
            "Name the inbound trunks it is for: trunks: [...]",
        )


def _nobody_answers(rule: Declared) -> Iterator[_Finding]:
    if not rule.fields.get("room_config", {}).get("agents"):
        yield (
            (),
            Severity.WARNING,
            "it asks for no agent, so callers hear ringing until somebody else joins the room",
            "Add room_config: {agents: [{agent_name: storyteller}]}",
        )


def _pin(rule: Declared) -> Iterator[_Finding]:
    path, pin = pin_of(rule)
    if pin and path not in rule.unset and not is_pin(pin):
        yield path, Severity.ERROR, "the pin is not 1 to 16 digits", "Callers type it on a phone"


def pin_of(rule: Declared) -> tuple[Path, str]:
    """Where the pin of a rule is written, and the pin; empty when there is none."""
    for kind in _RULE_KINDS:
        if kind in rule.fields.get("rule", {}):
            return ("rule", kind, "pin"), rule.fields["rule"][kind].get("pin", "")
    return ("rule",), ""


_CHECKS: dict[Kind, tuple[_Check, ...]] = {
    Kind.INBOUND_TRUNK: (
        _open_door,
        _half_digest,
        _weak_password,
        _addresses,
        _codecs,
        _odd_numbers,
    ),
    Kind.OUTBOUND_TRUNK: (_half_digest, _weak_password, _codecs, _odd_numbers),
    Kind.DISPATCH_RULE: (_rule_without_trunks, _nobody_answers, _pin, _codecs, _odd_numbers),
}


def _unknown_trunks(manifest: Manifest, known: frozenset[str]) -> Iterator[Problem]:
    for rule in manifest.of(Kind.DISPATCH_RULE):
        for index, name in enumerate(rule.trunks or ()):
            if name not in known:
                reason = f'there is no inbound trunk "{name}" in the file'
                remedy = f"Known are: {', '.join(sorted(known)) or 'none'}"
                yield _problem(manifest, rule, (("trunks", index), Severity.ERROR, reason, remedy))


def _shared_numbers(manifest: Manifest) -> Iterator[Problem]:
    for first, second in combinations(manifest.of(Kind.INBOUND_TRUNK), 2):
        for number in _overlap(first, second, "numbers"):
            what = f"the number {mask_number(number)} is" if number else "every number is"
            if any(True for _ in _overlap(first, second, "allowed_numbers")):
                severity = Severity.ERROR
                remedy = "LiveKit refuses that: give each number to one trunk"
            else:
                severity = Severity.OPEN
                remedy = "Give each number to one trunk, so that it is clear which one answers"
            reason = f"{what} also on trunk {first.name} (line {first.line})"
            yield _problem(manifest, second, (("numbers",), severity, reason, remedy))


def _overlap(first: Declared, second: Declared, name: str) -> Iterable[str]:
    """What both lists have, as LiveKit sees it: an empty list clashes with an empty one."""
    ones, others = first.fields.get(name, []), second.fields.get(name, [])
    if not ones and not others:
        return [""]
    return sorted(set(ones) & set(others))


def _clashing_rules(manifest: Manifest) -> Iterator[Problem]:
    seen: dict[tuple[Any, ...], Declared] = {}
    for rule in manifest.of(Kind.DISPATCH_RULE):
        keys = list(
            product(
                rule.trunks or [""],
                [pin_of(rule)[1]],
                rule.fields.get("inbound_numbers") or [""],
                rule.fields.get("numbers") or [""],
            )
        )
        clash = next((seen[key] for key in keys if key in seen), None)
        if clash is not None:
            reason = f"rule {clash.name} (line {clash.line}) takes the same calls"
            remedy = "LiveKit refuses that: set them apart by trunks, numbers, caller or pin"
            yield _problem(manifest, rule, ((), Severity.ERROR, reason, remedy))
        for key in keys:
            seen.setdefault(key, rule)


def _declared_and_removed(
    manifest: Manifest, names: Mapping[Kind, Iterable[str]]
) -> Iterator[Problem]:
    for kind, name in manifest.removed:
        if name in names[kind]:
            path: Path = ("removed", kind.section)
            yield Problem(
                manifest.file,
                manifest.line_of(path),
                where(path),
                f'"{name}" is declared and removed',
                "Keep one of the two",
            )

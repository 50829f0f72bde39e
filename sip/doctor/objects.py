"""Are our trunks and rules as declared, and do calls to our numbers come to them? Pure."""

import contextlib
import ipaddress
from collections.abc import Iterable, Iterator

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from sip.calls.number import mask_number
from sip.doctor.finding import Finding, failed, passed, warned
from sip.manifest.declared import Declared, Manifest
from sip.objects.kinds import Kind, label_of
from sip.objects.release import Release
from sip.objects.server import Snapshot
from sip.plan.status import State, standings
from sip.route.route import ARRIVED, Outcome, Route, route
from sip.route.trunk_match import Caller

OBJECTS = "objects"
RULES = "rules"
NUMBERS = "numbers"
ROOMS = "rooms"
STRANGERS = "strangers"

_SOMEBODY = "+12025550199"  # stands for a caller who is on no list


def look_at_objects(
    manifest: Manifest, snapshot: Snapshot, server: Release | None = None
) -> list[Finding]:
    """Compare what is declared with what is there, and follow every number to its room."""
    rejects = server is not None and bool(server.rejects_unmatched)
    return [
        *_standing(manifest, snapshot),
        *_missing_trunks(manifest, snapshot),
        *_numbers(manifest, snapshot, rejects),
        *_rooms(manifest, snapshot),
        *_strangers(manifest, snapshot),
    ]


def _standing(manifest: Manifest, snapshot: Snapshot) -> Iterator[Finding]:
    found = standings(manifest, snapshot)
    for item in found:
        name = f"{item.kind.label} {item.name}"
        if item.state is State.MISSING:
            yield failed(OBJECTS, f"{name} is not on the server", "Run provision-trunk apply")
        elif item.state is State.TWIN:
            remedy = "Run provision-trunk apply --allow-delete, which leaves one"
            yield failed(OBJECTS, f"{name} is there twice", remedy)
        elif item.state is State.DRIFTED:
            fields = ", ".join(item.drifted_fields)
            remedy = "Run provision-trunk plan to see it, and apply to mend it"
            yield warned(OBJECTS, f"{name} is not as declared: {fields}", remedy)
    if not manifest.declared:
        yield warned(OBJECTS, "the file declares nothing", "See docs/provisioning.md")
    elif all(item.state in (State.OURS, State.STRANGER) for item in found):
        yield passed(OBJECTS, f"all {len(manifest.declared)} are there and as declared")


def _missing_trunks(manifest: Manifest, snapshot: Snapshot) -> Iterator[Finding]:
    known = {trunk.sip_trunk_id for trunk in snapshot.inbound_trunks}
    ours = {declared.name for declared in manifest.of(Kind.DISPATCH_RULE)}
    is_whole = True
    for rule in snapshot.dispatch_rules:
        missing = [trunk_id for trunk_id in rule.trunk_ids if trunk_id not in known]
        if not missing:
            continue
        words = f"rule {_label(rule)} points at a trunk that does not exist: {', '.join(missing)}"
        if rule.name in ours:
            is_whole = False
            yield failed(RULES, words, "Run provision-trunk apply")
        else:
            yield warned(RULES, words, "It is not ours: tell its owner")
    if is_whole and ours:
        yield passed(RULES, "all trunks that our rules point at exist")


def _numbers(manifest: Manifest, snapshot: Snapshot, rejects: bool) -> Iterator[Finding]:
    for trunk in manifest.of(Kind.INBOUND_TRUNK):
        for number in trunk.fields.get("numbers", []):
            routes = [
                route(snapshot, caller, rejects_unmatched=rejects)
                for caller in _callers(manifest, trunk, number)
            ]
            arriving = (found for found in routes if found.outcome in ARRIVED)
            yield _number(manifest, next(arriving, routes[0]), number)


def _callers(manifest: Manifest, trunk: Declared, number: str) -> list[Caller]:
    """Callers whom the lists of the trunk and of its rules let in."""
    numbers = list(trunk.fields.get("allowed_numbers") or [_SOMEBODY])
    for rule in manifest.of(Kind.DISPATCH_RULE):
        if trunk.name in (rule.trunks or ()):
            numbers += rule.fields.get("inbound_numbers") or []
    source_ip = _source_ip(trunk.fields.get("allowed_addresses") or [])
    return [Caller(from_number, number, source_ip) for from_number in numbers]


def _source_ip(addresses: Iterable[str]) -> str | None:
    """An address of the list; None when it has only names of hosts."""
    for address in addresses:
        with contextlib.suppress(ValueError):
            return str(ipaddress.ip_network(address, strict=False)[0])
    return None


def _number(manifest: Manifest, found: Route, number: str) -> Finding:
    shown = mask_number(number)
    trunk, rule = found.trunk, found.rule
    if found.outcome in (Outcome.ENDLESS_RINGING, Outcome.NOT_FOUND):
        what = "rings for ever" if found.outcome is Outcome.ENDLESS_RINGING else "gets 404"
        remedy = "Declare a dispatch rule for its trunk, and run provision-trunk apply"
        return failed(NUMBERS, f"{shown} {what}: {found.reason}", remedy)
    if found.outcome is Outcome.REFUSED:
        remedy = "Delete one of the two, or set them apart by their allowed_numbers"
        return failed(NUMBERS, f"{shown} gets 503: {found.reason}", remedy)
    if trunk is not None and manifest.find(Kind.INBOUND_TRUNK, trunk.name) is None:
        remedy = "Take the number off that trunk, or adopt it"
        return failed(NUMBERS, f"{shown} is stolen by the stranger trunk {_label(trunk)}", remedy)
    if rule is not None and manifest.find(Kind.DISPATCH_RULE, rule.name) is None:
        remedy = "Delete or change that rule, or adopt it"
        return failed(NUMBERS, f"{shown} is stolen by the stranger rule {_label(rule)}", remedy)
    pin = " after a pin" if found.outcome is Outcome.PIN_ASKED else ""
    where = f" into room {found.room}" if found.room else ""
    where = where.replace(_SOMEBODY, "CALLER").replace(number, shown)
    return passed(NUMBERS, f"{shown} comes through {_label(trunk)}, {_label(rule)}{where}{pin}")


def _rooms(manifest: Manifest, snapshot: Snapshot) -> Iterator[Finding]:
    for rule in snapshot.dispatch_rules:
        if manifest.find(Kind.DISPATCH_RULE, rule.name) is None:
            continue
        agents = [agent.agent_name for agent in rule.room_config.agents]
        if agents:
            yield passed(ROOMS, f"rule {_label(rule)} asks for {', '.join(agents)}")
        else:
            remedy = "Add room_config: {agents: [{agent_name: storyteller}]} to the rule"
            words = f"rule {_label(rule)} asks for no agent: its callers hear only ringing"
            yield failed(ROOMS, words, remedy)


def _strangers(manifest: Manifest, snapshot: Snapshot) -> Iterator[Finding]:
    """Strangers that take no call of ours today, yet stand where one could fall to them."""
    ours = {
        trunk.sip_trunk_id
        for trunk in snapshot.inbound_trunks
        if manifest.find(Kind.INBOUND_TRUNK, trunk.name) is not None
    }
    found = []
    for rule in snapshot.dispatch_rules:
        if manifest.find(Kind.DISPATCH_RULE, rule.name) is not None:
            continue
        if not rule.trunk_ids:
            words = f"rule {_label(rule)} names no trunk: it takes calls that no trunk let in"
            found.append(warned(STRANGERS, words, "Have it name its trunks, or delete it"))
        elif ours.intersection(rule.trunk_ids):
            words = f"rule {_label(rule)} also takes calls of a trunk of ours"
            found.append(warned(STRANGERS, words, "Adopt it, or take our trunk out of it"))
    for trunk in snapshot.inbound_trunks:
        if trunk.sip_trunk_id not in ours and not trunk.numbers:
            words = f"trunk {_label(trunk)} takes calls to every number that no other trunk has"
            found.append(warned(STRANGERS, words, "Give it numbers, or delete it"))
    yield from found or [passed(STRANGERS, "none stands in the way")]


def _label(item: SIPInboundTrunkInfo | SIPDispatchRuleInfo | None) -> str:
    return "no trunk" if item is None else label_of(item)

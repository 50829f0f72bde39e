"""What happens to a call, told before anybody rings: the trunk, the password, the rule, the room.

This follows LiveKit 1.13 and LiveKit SIP 1.8 as read in their sources and as seen on real calls;
tests/sip/route/test_route_reality.py dials every case. A call that nothing takes gets 404 on
LiveKit Cloud and from livekit-server 1.13.8 on, endless ringing before (sip/objects/release.py).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from sip.objects.kinds import label_of
from sip.objects.server import Snapshot
from sip.route.room_rule import pin_of, room_kind, room_of
from sip.route.rule_match import RuleMatch, match_rule
from sip.route.trunk_match import Caller, TrunkMatch, match_trunk

RANDOM = "<random>"  # stands for the end of a room name that LiveKit makes up


class Outcome(StrEnum):
    """What the caller gets."""

    ROOM = "room"
    PASSWORD_MISSING = "password missing"  # 407, and nothing follows
    PASSWORD_WRONG = "password wrong"  # 401
    PIN_ASKED = "pin asked"  # answered, and a voice asks for the pin
    PIN_WRONG = "pin wrong"  # answered, told so, hung up
    REFUSED = "refused"  # 503, LiveKit cannot decide
    NOT_FOUND = "not found"  # 404
    ENDLESS_RINGING = "endless ringing"  # 180, and nothing else for ever


STATUS: Mapping[Outcome, int] = {
    Outcome.PASSWORD_MISSING: 407,
    Outcome.PASSWORD_WRONG: 401,
    Outcome.REFUSED: 503,
    Outcome.NOT_FOUND: 404,
}
ARRIVED = frozenset({Outcome.ROOM, Outcome.PIN_ASKED})


@dataclass(frozen=True)
class Digest:
    """The user name and password that a caller's trunk answers a challenge with."""

    username: str
    password: str = field(repr=False)


class Assumed(StrEnum):
    """Credentials that are not spelled out."""

    RIGHT = "right"
    NONE = "none"


Credentials: TypeAlias = Digest | Assumed


@dataclass(frozen=True)
class Route:
    """The way of one call. What it did not come to is None or empty."""

    outcome: Outcome
    reason: str
    trunks: TrunkMatch
    asks_password: bool = False
    rules: RuleMatch | None = None
    room: str | None = None
    identity: str | None = None
    agents: tuple[str, ...] = ()

    @property
    def trunk(self) -> SIPInboundTrunkInfo | None:
        """The trunk that lets the call in."""
        return self.trunks.trunk

    @property
    def rule(self) -> SIPDispatchRuleInfo | None:
        """The rule that takes the call."""
        return self.rules.rule if self.rules else None

    @property
    def status(self) -> int | None:
        """The final SIP status that the caller sees; None when there is none."""
        return STATUS.get(self.outcome)


def route(
    snapshot: Snapshot,
    caller: Caller,
    *,
    credentials: Credentials = Assumed.RIGHT,
    pin: str | None = None,
    rejects_unmatched: bool = False,
) -> Route:
    """Tell what happens to a call. `pin` is what the caller types; empty for only the hash key.

    `rejects_unmatched`: the server answers 404 to a call that no rule takes.
    """
    trunks = match_trunk(snapshot.inbound_trunks, caller)
    if len(trunks.candidates) > 1:
        names = " and ".join(label_of(trunk) for trunk in trunks.candidates)
        return Route(Outcome.REFUSED, f"trunks {names} both match", trunks)
    trunk = trunks.trunk
    # Half of the two is as none: LiveKit asks only when both are there.
    asks_password = trunk is not None and bool(trunk.auth_username and trunk.auth_password)
    if trunk is not None and asks_password:
        refusal = _password_refusal(trunk, credentials)
        if refusal is not None:
            return Route(refusal, str(refusal), trunks, asks_password)
    rules = match_rule(snapshot.dispatch_rules, trunk, caller)
    if rules.rule is not None and pin_of(rules.rule):
        if pin is None:
            reason = f"rule {label_of(rules.rule)} asks for a pin"
            return Route(Outcome.PIN_ASKED, reason, trunks, asks_password, rules)
        rules = match_rule(snapshot.dispatch_rules, trunk, caller, pin)
        if rules.rule is None:
            return Route(Outcome.PIN_WRONG, "no rule has this pin", trunks, asks_password, rules)
    if rules.rule is None:
        unmatched = Outcome.NOT_FOUND if rejects_unmatched else Outcome.ENDLESS_RINGING
        outcome = Outcome.REFUSED if rules.clash else unmatched
        return Route(outcome, _no_rule(snapshot, trunk, rules), trunks, asks_password, rules)
    return Route(
        Outcome.ROOM,
        f"rule {label_of(rules.rule)} takes it",
        trunks,
        asks_password,
        rules,
        room=room_name(rules.rule, caller),
        identity=identity(rules.rule, caller),
        agents=tuple(agent.agent_name for agent in rules.rule.room_config.agents),
    )


def _password_refusal(trunk: SIPInboundTrunkInfo, credentials: Credentials) -> Outcome | None:
    if credentials is Assumed.RIGHT:
        return None
    if not isinstance(credentials, Digest):
        return Outcome.PASSWORD_MISSING
    right = Digest(trunk.auth_username, trunk.auth_password)
    return None if credentials == right else Outcome.PASSWORD_WRONG


def _no_rule(snapshot: Snapshot, trunk: SIPInboundTrunkInfo | None, rules: RuleMatch) -> str:
    if rules.clash:
        first, second = rules.clash
        return f"rules {label_of(first)} and {label_of(second)} take the same calls"
    if not snapshot.dispatch_rules:
        return "there are no dispatch rules"
    if trunk is None:
        return "no trunk lets the call in, and no rule takes calls without a trunk"
    return f"trunk {label_of(trunk)} lets the call in, but no rule takes it"


def room_name(rule: SIPDispatchRuleInfo, caller: Caller) -> str:
    """The name of the room that the call enters; RANDOM stands for a made-up end."""
    prefix = room_of(rule)
    kind = room_kind(rule)
    section = getattr(rule.rule, kind)
    if kind == "dispatch_rule_direct":
        return prefix
    if kind == "dispatch_rule_individual":
        user, is_random = _shown_user(rule, caller), not section.no_randomness
    else:
        user, is_random = caller.to_user, section.randomize
    parts = [prefix] if prefix else []
    return "_".join([*parts, user, *([RANDOM] if is_random else [])])


def identity(rule: SIPDispatchRuleInfo, caller: Caller) -> str:
    """The identity of the caller's participant."""
    if rule.hide_phone_number:
        return f"sip_{hashlib.sha256(caller.from_user.encode()).hexdigest()[:16]}"
    return f"sip_{caller.from_user}"


def _shown_user(rule: SIPDispatchRuleInfo, caller: Caller) -> str:
    """The caller as it appears in room names: with hidden numbers only its end."""
    user = caller.from_user
    if not rule.hide_phone_number:
        return user
    return user[-4:] if len(user) > 4 else user[-1:]

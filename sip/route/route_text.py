"""The way of a call in words, and as plain values."""

from typing import Any

from sip.objects.kinds import label_of
from sip.objects.release import Release
from sip.route.room_rule import pin_of, room_kind
from sip.route.route import ARRIVED, RANDOM, Outcome, Route
from sip.route.trunk_match import Caller

_ENDINGS = {
    Outcome.ROOM: "The caller enters room {room}.",
    Outcome.PASSWORD_MISSING: "The caller gets 407: a password is asked and none was given.",
    Outcome.PASSWORD_WRONG: "The caller gets 401: user name or password is wrong.",
    Outcome.PIN_ASKED: "The call is answered and a voice asks for the pin.",
    Outcome.PIN_WRONG: "The call is answered, a voice says that the pin is wrong, and hangs up.",
    Outcome.REFUSED: "The caller gets 503: LiveKit cannot decide, {reason}.",
    Outcome.NOT_FOUND: "The caller gets 404: {reason}.",
    Outcome.ENDLESS_RINGING: "The caller hears endless ringing: {reason}.",
}
_ANY_RELEASE = "The caller hears endless ringing (404 from livekit-server 1.13.8 on): {reason}."


def route_lines(found: Route, caller: Caller, server: Release | None = None) -> list[str]:
    """The way of the call, a step a line; the first character is the sign of the step.

    `server`: which one was asked; None when the file was.
    """
    lines = [_trunk_line(found)]
    lines += [f"  not trunk {label_of(item)}: {why}" for item, why in found.trunks.rejected]
    if found.trunk is not None and caller.source_ip is None and found.trunk.allowed_addresses:
        lines.append("  (its allowed_addresses were not checked: give --source-ip)")
    if found.asks_password and found.outcome is Outcome.ROOM:
        lines.append("  a password is asked; the right one is assumed")
    if found.rules is not None:
        lines.append(_rule_line(found))
        lines += [f"  not rule {label_of(item)}: {why}" for item, why in found.rules.rejected]
    lines += _room_lines(found)
    sign = "=" if found.outcome in ARRIVED else "!"
    ending = _ending(found, server).format(room=found.room, reason=found.reason)
    return [*lines, f"{sign} {ending}"]


def _ending(found: Route, server: Release | None) -> str:
    is_known = server is not None and server.rejects_unmatched is not None
    if found.outcome is Outcome.ENDLESS_RINGING and not is_known:
        return _ANY_RELEASE
    return _ENDINGS[found.outcome]


def route_json(found: Route) -> dict[str, Any]:
    """The way of the call as plain values."""
    rejected_rules = found.rules.rejected if found.rules else ()
    return {
        "outcome": str(found.outcome),
        "reason": found.reason,
        "sip_status": found.status,
        "trunk": label_of(found.trunk) if found.trunk else None,
        "trunks_rejected": {label_of(item): why for item, why in found.trunks.rejected},
        "asks_password": found.asks_password,
        "rule": label_of(found.rule) if found.rule else None,
        "rules_rejected": {label_of(item): why for item, why in rejected_rules},
        "room": found.room,
        "agents": list(found.agents),
    }


def _trunk_line(found: Route) -> str:
    if found.trunk is not None:
        how = "it has the number" if found.trunk.numbers else "it takes any number"
        return f"  trunk {label_of(found.trunk)}: {how}"
    if found.trunks.candidates:
        return "  more than one trunk matches"
    return "  no trunk lets the call in"


def _rule_line(found: Route) -> str:
    if found.rule is None:
        return "  no rule takes the call"
    pin = ", after the pin" if pin_of(found.rule) else ""
    kind = room_kind(found.rule).removeprefix("dispatch_rule_")
    return f"  rule {label_of(found.rule)}: a room of kind {kind}{pin}"


def _room_lines(found: Route) -> list[str]:
    if found.outcome is not Outcome.ROOM or found.room is None:
        return []
    lines = []
    if found.agents:
        lines.append(f"  asked to join: {', '.join(found.agents)}")
    else:
        lines.append("  no agent is asked: the caller hears ringing until somebody joins, then 486")
    if not found.room.endswith(RANDOM):
        lines.append("  a room of that name that exists already keeps its own settings and agents")
    return lines

"""Which dispatch rule takes a call, as LiveKit decides it (protocol/sip/sip.go).

The names: MatchDispatchRuleIter, DispatchRulePriority, ValidateDispatchRulesIter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from sip.calls.number import mask_number
from sip.objects.kinds import label_of
from sip.route.claims import Claim, claims
from sip.route.room_rule import pin_of, room_kind, room_of
from sip.route.trunk_match import Caller, normalized

# Which kind of room goes first; without a pin 100 more, without each filter 1000 more.
_KIND_RANK = {
    "dispatch_rule_direct": 0,
    "dispatch_rule_individual": 1,
    "dispatch_rule_callee": 2,
}
_OPEN_RANK = 100
_UNFILTERED_RANK = 1000
_NO_PIN = ""  # the caller pressed only the hash key


@dataclass(frozen=True)
class RuleMatch:
    """The rule of a call, and why each of the others is not.

    With a `clash` LiveKit gives up on the call whatever the rules say.
    """

    rule: SIPDispatchRuleInfo | None
    rejected: tuple[tuple[SIPDispatchRuleInfo, str], ...]
    clash: tuple[SIPDispatchRuleInfo, SIPDispatchRuleInfo] | None = None


def match_rule(
    rules: Sequence[SIPDispatchRuleInfo],
    trunk: SIPInboundTrunkInfo | None,
    caller: Caller,
    typed_pin: str | None = None,
) -> RuleMatch:
    """The rule that takes the call.

    `typed_pin` is None as long as the caller was not asked, and empty for only the hash key.
    """
    asked = [rule for rule in rules if _is_asked(rule, trunk)]
    if clash := _clash(asked):
        return RuleMatch(None, (), clash)
    rejected: list[tuple[SIPDispatchRuleInfo, str]] = []
    specific: list[SIPDispatchRuleInfo] = []
    default: list[SIPDispatchRuleInfo] = []
    for rule in rules:
        if reason := _reason_against(rule, trunk, caller, typed_pin):
            rejected.append((rule, reason))
        elif rule.trunk_ids:
            specific.append(rule)
        else:
            default.append(rule)
    winner = min(specific or default, key=_rank, default=None)
    for rule in (*specific, *default):
        if rule is not winner and winner is not None:
            rejected.append((rule, f"rule {label_of(winner)} goes first"))
    return RuleMatch(winner, tuple(rejected))


def _is_asked(rule: SIPDispatchRuleInfo, trunk: SIPInboundTrunkInfo | None) -> bool:
    """Whether LiveKit looks at the rule at all: rules of other trunks it does not even read."""
    return trunk is None or not rule.trunk_ids or trunk.sip_trunk_id in rule.trunk_ids


def _reason_against(
    rule: SIPDispatchRuleInfo,
    trunk: SIPInboundTrunkInfo | None,
    caller: Caller,
    typed_pin: str | None,
) -> str:
    for name, wanted in (("inbound_numbers", caller.from_user), ("numbers", caller.to_user)):
        numbers: Sequence[str] = getattr(rule, name)
        if numbers and wanted not in numbers:
            same = any(normalized(number) == normalized(wanted) for number in numbers)
            hint = ": the same number written another way, and LiveKit compares letters here"
            return f"its {name} do not have {mask_number(wanted)}{hint if same else ''}"
    if not room_kind(rule):
        return "it says no room"
    if reason := _pin_against(pin_of(rule), typed_pin):
        return reason
    if rule.trunk_ids and trunk is None:
        return "it is only for calls that one of its trunks let in, and none did"
    if rule.trunk_ids and trunk is not None and trunk.sip_trunk_id not in rule.trunk_ids:
        return f"it is not for trunk {label_of(trunk)}"
    return ""


def _pin_against(pin: str, typed_pin: str | None) -> str:
    if typed_pin is None:
        return ""
    if typed_pin == _NO_PIN:
        return "it asks for a pin and the caller gave none" if pin else ""
    if not pin:
        return "it has no pin and the caller typed one"
    return "" if pin == typed_pin else "its pin is another one"


def _rank(rule: SIPDispatchRuleInfo) -> tuple[int, str]:
    """The place in the order in which LiveKit prefers rules; the smallest goes first."""
    rank = _KIND_RANK[room_kind(rule)]
    rank += 0 if pin_of(rule) else _OPEN_RANK
    rank += 0 if rule.inbound_numbers else _UNFILTERED_RANK
    rank += 0 if rule.numbers else _UNFILTERED_RANK
    return rank, room_of(rule)


def _clash(
    rules: Sequence[SIPDispatchRuleInfo],
) -> tuple[SIPDispatchRuleInfo, SIPDispatchRuleInfo] | None:
    """Two rules that take exactly the same calls."""
    seen: dict[Claim, SIPDispatchRuleInfo] = {}
    for rule in rules:
        for claim in claims(rule):
            if seen.setdefault(claim, rule) is not rule:
                return seen[claim], rule
    return None

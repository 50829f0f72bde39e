"""What a dispatch rule says about its room. LiveKit keeps it in one of three shapes."""

from livekit.protocol.sip import SIPDispatchRuleInfo


def room_kind(rule: SIPDispatchRuleInfo) -> str:
    """Which of the three kinds of room it opens; empty when it has none."""
    return rule.rule.WhichOneof("rule") or ""


def pin_of(rule: SIPDispatchRuleInfo) -> str:
    """The pin of a rule; empty when it asks for none."""
    kind = room_kind(rule)
    return str(getattr(rule.rule, kind).pin) if kind else ""


def room_of(rule: SIPDispatchRuleInfo) -> str:
    """The room's name or prefix as it stands in the rule."""
    kind = room_kind(rule)
    if not kind:
        return ""
    section = getattr(rule.rule, kind)
    return str(section.room_name if kind == "dispatch_rule_direct" else section.room_prefix)

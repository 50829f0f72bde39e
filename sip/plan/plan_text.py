"""A plan in words for people. Secrets are stars already; numbers are shown, they are ours."""

import json
from typing import Any

from sip.plan.plan import Action, Change, Plan

_SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}


def plan_lines(plan: Plan) -> list[str]:
    """The plan line by line; the first character of a line is its sign: + ~ - or space."""
    lines = []
    for change in plan.changes:
        lines.append(f"{_SIGNS[change.action]} {change}")
        lines += [f"    {line}" for line in _field_lines(change)]
    lines += [f"! {reason}" for reason in (*plan.conflicts, *plan.guards)]
    return [*lines, summary(plan)]


def summary(plan: Plan) -> str:
    """The plan in one line."""
    if not plan.changes:
        return "Nothing to do: the server is as the file says."
    counts = [
        f"{sum(change.action is action for change in plan.changes)} to {action}"
        for action in Action
        if any(change.action is action for change in plan.changes)
    ]
    return f"Plan {plan.hash}: {', '.join(counts)}."


def _field_lines(change: Change) -> list[str]:
    if change.action is Action.CREATE:
        return [f"{item.path}: {_shown(item.after)}" for item in change.fields]
    return [
        f"{item.path}: changed"
        if item.before == item.after  # a secret is stars on both sides
        else f"{item.path}: {_shown(item.before)} -> {_shown(item.after)}"
        for item in change.fields
    ]


def _shown(value: Any) -> str:
    if value is True or value is False:
        return "yes" if value else "no"
    return str(value) if isinstance(value, str) and value else json.dumps(value)

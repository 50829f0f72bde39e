"""Makes a server be as trunks.yaml says: the only writer of provisioning.

It goes round until there is nothing left to do: plan, do it, look again. That is how a run that
was killed is continued by the next one, and how two operators at once end with one of each: the
last of the two to write anything sees both results and settles them. Of two objects with one name
the one with the smaller id stays, so both operators choose the same.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from livekit.protocol.sip import SIPDispatchRuleInfo

from sip.errors import ApplyFailed, PlanChanged, PlanRefused, ServerRefused
from sip.manifest.declared import Declared
from sip.objects.kinds import Info, Kind, object_id
from sip.objects.message_fields import overlaid
from sip.objects.server import SipService, Snapshot, create, delete, read_snapshot, replace
from sip.plan.plan import Action, Change, Plan, Planner

logger = logging.getLogger("storyline.provisioning")
_MAX_ROUNDS = 8  # more means that somebody else keeps changing the same objects
# What LiveKit says when another operator was faster: the object clashes, or is gone.
_OVERTAKEN = frozenset({"invalid_argument", "not_found", "already_exists"})
_CLASH = "invalid_argument"


@dataclass
class _Run:
    """One apply: what was there at its beginning, and what it has done since."""

    service: SipService
    may_delete: bool
    known: frozenset[str]  # ids that were there before anything was changed
    done: list[str] = field(default_factory=list)

    def refusals(self, plan: Plan) -> list[str]:
        """Why the rest of the plan may not be done."""
        guards = [
            change.guard
            for change in plan.changes
            if change.guard and not self.may_delete and not self._is_new_twin(change)
        ]
        return [*plan.conflicts, *guards]

    def _is_new_twin(self, change: Change) -> bool:
        """Whether one of two objects with one name came into being since we began."""
        twins = {change.object_id, change.twin_of}
        return change.twin_of is not None and not twins <= self.known


async def apply(
    service: SipService,
    planner: Planner,
    *,
    may_delete: bool = False,
    reviewed: str | None = None,
) -> list[str]:
    """Carry out the plan that `planner` makes of the server, and return what was done.

    Raises PlanChanged when the plan's hash is not `reviewed`, PlanRefused when it deletes
    something or takes a number away without `may_delete`, or takes the calls of a stranger
    (nothing is changed in these cases), and ApplyFailed when it stopped on the way.
    """
    snapshot = await read_snapshot(service)
    plan = planner(snapshot)
    if reviewed is not None and plan.hash != reviewed:
        raise PlanChanged(reviewed, plan.hash)
    run = _Run(service, may_delete, snapshot.ids())
    if refusals := run.refusals(plan):
        raise PlanRefused(refusals)
    if not plan.changes:
        return run.done
    for _ in range(_MAX_ROUNDS):
        await _carry_out(run, plan, snapshot)
        try:
            snapshot = await read_snapshot(service)
        except ServerRefused as refusal:
            raise ApplyFailed(run.done, "looking again", str(refusal), ()) from refusal
        plan = planner(snapshot)
        if not plan.changes:
            return run.done
        if refusals := run.refusals(plan):
            raise _failed(run, plan.changes, f"somebody else changed it meanwhile: {refusals[0]}")
    raise _failed(run, plan.changes, "somebody else keeps changing the same objects")


async def _carry_out(run: _Run, plan: Plan, snapshot: Snapshot) -> None:
    """Do every change of `plan`; stop early, to plan again, when somebody else was faster.

    What LiveKit refuses is tried again after the rest: it may clash with an object that has yet
    to change. Gives up when a whole pass brought nothing.
    """
    trunks = snapshot.inbound_trunks
    trunk_ids = {trunk.name: trunk.sip_trunk_id for trunk in reversed(trunks)}
    waiting = list(plan.changes)
    while waiting:
        refused: list[Change] = []
        reason = ""
        for index, change in enumerate(waiting):
            try:
                made = await _carry_out_one(run.service, change, snapshot, trunk_ids)
            except ServerRefused as refusal:
                if refusal.code in _OVERTAKEN and await _was_overtaken(run, change):
                    return
                if refusal.code != _CLASH:
                    left = [change, *refused, *waiting[index + 1 :]]
                    raise _failed(run, left, str(refusal)) from refusal
                refused.append(change)
                reason = reason or str(refusal)
                continue
            if made is not None and change.kind is Kind.INBOUND_TRUNK:
                trunk_ids[change.name] = object_id(made)
            run.done.append(str(change))
            logger.info("%s", change)
        if len(refused) == len(waiting):
            raise _failed(run, refused, reason)
        waiting = refused


async def _carry_out_one(
    service: SipService, change: Change, snapshot: Snapshot, trunk_ids: Mapping[str, str]
) -> Info | None:
    """Do one change, and return the object when it is a new one."""
    if change.action is Action.DELETE:
        await delete(service, change.kind, change.object_id or "")
        return None
    assert change.declared is not None, "only deletions come without a declaration"
    if change.action is Action.CREATE:
        return await create(service, _wanted(change.declared, change.kind.new_info(), trunk_ids))
    current = next(info for info in snapshot.of(change.kind) if object_id(info) == change.object_id)
    await replace(service, _wanted(change.declared, current, trunk_ids))
    return None


def _wanted(declared: Declared, current: Info, trunk_ids: Mapping[str, str]) -> Info:
    """The object as declared; what the file does not speak of stays as in `current`.

    Always the whole object: LiveKit's partial updates cannot clear a list nor change a rule's
    room settings.
    """
    info = overlaid(current, declared.fields)
    info.name = declared.name
    if declared.trunks is not None and isinstance(info, SIPDispatchRuleInfo):
        missing = [name for name in declared.trunks if name not in trunk_ids]
        if missing:
            raise ServerRefused(_CLASH, f"its trunk {missing[0]} is not there")
        info.trunk_ids[:] = [trunk_ids[name] for name in dict.fromkeys(declared.trunks)]
    return info


async def _was_overtaken(run: _Run, change: Change) -> bool:
    """Whether a refused change is explained by what somebody else did meanwhile."""
    try:
        snapshot = await read_snapshot(run.service)
    except ServerRefused:
        return False
    namesakes = snapshot.named(change.kind, change.name)
    if change.action is Action.CREATE:
        return bool(namesakes)
    return len(namesakes) > 1 or change.object_id not in snapshot.ids()


def _failed(run: _Run, left: Sequence[Change], reason: str) -> ApplyFailed:
    return ApplyFailed(run.done, str(left[0]), reason, [str(change) for change in left[1:]])

"""The difference between trunks.yaml and a server, as a value. Computing it changes nothing.

Objects belong to the file by kind and name. Anything else on the server is a stranger: it is
listed by `status` and never part of a plan.
"""

import hashlib
import json
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from livekit.protocol.sip import SIPDispatchRuleInfo

from sip.manifest.declared import Declared, Manifest, is_secret_header
from sip.objects.kinds import Info, Kind, object_id
from sip.objects.message_fields import FieldPath, changed_paths, overlaid, upgraded, value_at
from sip.objects.server import Snapshot
from sip.plan.conflicts import conflict_of

STARS = "********"
_HEADERS = ("headers",)


class Action(StrEnum):
    """What is to be done with one object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class FieldChange:
    """One field before and after. Secrets are stars on both sides."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """What is to be done with one object. `object_id` is None for one that is to be created."""

    action: Action
    kind: Kind
    name: str
    object_id: str | None = None
    fields: tuple[FieldChange, ...] = ()
    twin_of: str | None = None  # deleted because this object has the same name
    conflict: str = ""  # why LiveKit could not carry calls afterwards
    declared: Declared | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        suffix = f" ({self.object_id})" if self.object_id else ""
        suffix += f", a twin of {self.twin_of}" if self.twin_of else ""
        return f"{self.action} {self.kind.label} {self.name}{suffix}"

    @property
    def guard(self) -> str:
        """Why --allow-delete is needed; empty when it is not."""
        if self.action is Action.DELETE:
            return f"{self} needs --allow-delete"
        for change in self.fields:
            lost = self.action is Action.UPDATE and change.path == "numbers" and change.before
            if lost and not set(change.before) <= set(change.after):
                return f"{self} takes a number away and needs --allow-delete"
        return ""


@dataclass(frozen=True)
class Plan:
    """Every change in the order in which it is applied."""

    changes: tuple[Change, ...] = ()

    @property
    def guards(self) -> tuple[str, ...]:
        """Why --allow-delete is needed; empty when it is not."""
        return tuple(change.guard for change in self.changes if change.guard)

    @property
    def hash(self) -> str:
        """A short name of exactly this plan as it is shown. Secrets are not part of it."""
        text = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Why this plan must not be applied at all; empty when it may."""
        return tuple(
            f"{change}: {change.conflict}. Adopt or delete that one first"
            for change in self.changes
            if change.conflict
        )

    def as_json(self) -> list[dict[str, Any]]:
        """The changes as plain values."""
        return [
            {
                "action": str(change.action),
                "kind": str(change.kind),
                "name": change.name,
                "id": change.object_id,
                "fields": [
                    {"path": item.path, "before": item.before, "after": item.after}
                    for item in change.fields
                ],
            }
            for change in self.changes
        ]


Planner: TypeAlias = Callable[[Snapshot], Plan]


def make_plan(manifest: Manifest, snapshot: Snapshot) -> Plan:
    """What has to change on the server to be as the file says."""
    ours = {(declared.kind, declared.name) for declared in manifest.declared}
    ours.update(manifest.removed)
    changes = [_change(declared, snapshot, ours) for declared in manifest.declared]
    found = [change for change in changes if change is not None]
    for declared in manifest.declared:
        namesakes = snapshot.named(declared.kind, declared.name)
        found += [_deletion(declared.kind, info, namesakes[0]) for info in namesakes[1:]]
    for kind, name in manifest.removed:
        found += [_deletion(kind, info) for info in snapshot.named(kind, name)]
    return Plan(tuple(sorted(found, key=_order)))


def make_destroy_plan(manifest: Manifest, snapshot: Snapshot) -> Plan:
    """The deletion of everything that the file names, and of nothing else."""
    names = [(declared.kind, declared.name) for declared in manifest.declared]
    return Plan(
        tuple(
            sorted(
                (
                    _deletion(kind, info)
                    for kind, name in (*names, *manifest.removed)
                    for info in snapshot.named(kind, name)
                ),
                key=_order,
            )
        )
    )


def _change(
    declared: Declared, snapshot: Snapshot, ours: Container[tuple[Kind, str]]
) -> Change | None:
    existing = snapshot.named(declared.kind, declared.name)
    info = upgraded(existing[0]) if existing else declared.kind.new_info()
    fields = [_field_change(declared, info, path) for path in changed_paths(info, declared.fields)]
    if declared.trunks is not None:
        fields += _trunks_change(declared, info, snapshot)
    if existing and not fields:
        return None
    return Change(
        Action.UPDATE if existing else Action.CREATE,
        declared.kind,
        declared.name,
        object_id(existing[0]) if existing else None,
        tuple(fields),
        conflict=_conflict(declared, info, snapshot, ours),
        declared=declared,
    )


def _conflict(
    declared: Declared, info: Info, snapshot: Snapshot, ours: Container[tuple[Kind, str]]
) -> str:
    wanted = overlaid(info, declared.fields)
    if isinstance(wanted, SIPDispatchRuleInfo) and declared.trunks is not None:
        ids = (trunk_id_of(name, snapshot) for name in declared.trunks)
        # A trunk that is yet to be created shares its calls with nobody.
        wanted.trunk_ids[:] = [trunk_id or "new" for trunk_id in ids]
    strangers = [
        other for other in snapshot.of(declared.kind) if (declared.kind, other.name) not in ours
    ]
    return conflict_of(wanted, strangers)


def _field_change(declared: Declared, info: Info, path: FieldPath) -> FieldChange:
    before = value_at(info, path)
    after = value_at(overlaid(info, declared.fields), path)
    if path == _HEADERS:
        before, after = _starred(declared, before), _starred(declared, after)
    elif any(secret[: len(path)] == path for secret in declared.secrets):
        before, after = STARS if before else "", STARS if after else ""
    return FieldChange(".".join(path), before, after)


def _starred(declared: Declared, headers: Mapping[str, str]) -> dict[str, str]:
    """SIP headers without the values of those that are secret, here or by their name."""
    return {
        name: STARS if is_secret_header(name) or (*_HEADERS, name) in declared.secrets else value
        for name, value in (headers or {}).items()
    }


def _trunks_change(declared: Declared, info: Info, snapshot: Snapshot) -> list[FieldChange]:
    """Compare trunks by name; what is on the rule and has no name of ours is shown by its id."""
    names = declared.trunks or ()
    ids = {name: trunk_id_of(name, snapshot) for name in names}
    by_id = {identifier: name for name, identifier in ids.items() if identifier}
    current = sorted(by_id.get(trunk_id, trunk_id) for trunk_id in getattr(info, "trunk_ids", ()))
    wanted = sorted(set(names))
    return [] if current == wanted else [FieldChange("trunks", current, wanted)]


def trunk_id_of(name: str, snapshot: Snapshot) -> str | None:
    """The id of the inbound trunk of that name, when it exists."""
    trunks = snapshot.named(Kind.INBOUND_TRUNK, name)
    return object_id(trunks[0]) if trunks else None


def _deletion(kind: Kind, info: Info, twin: Info | None = None) -> Change:
    twin_of = None if twin is None else object_id(twin)
    return Change(Action.DELETE, kind, info.name, object_id(info), twin_of=twin_of)


def _order(change: Change) -> tuple[int, bool, bool]:
    """Rules go before their trunks, trunks come before their rules.

    Deletions are first and changes that give a number up next: LiveKit refuses a number that
    another trunk still has.
    """
    is_rule = change.kind is Kind.DISPATCH_RULE
    if change.action is Action.DELETE:
        return (0, not is_rule, False)
    return (1 + is_rule, change.action is Action.CREATE, not change.guard)

"""What is on a server and whose it is: the file's, drifted away from the file, or a stranger's."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sip.manifest.declared import Manifest
from sip.objects.kinds import Kind, object_id
from sip.objects.server import Snapshot
from sip.plan.plan import Action, Change, make_plan


class State(StrEnum):
    """How an object stands to the file."""

    OURS = "ours"
    DRIFTED = "drifted"
    MISSING = "missing"
    TWIN = "twin"  # another object has its name; LiveKit may use either
    TO_BE_REMOVED = "to be removed"
    STRANGER = "stranger"


@dataclass(frozen=True)
class Standing:
    """One object and how it stands to the file."""

    kind: Kind
    name: str
    object_id: str | None
    state: State
    drifted_fields: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "kind": str(self.kind),
            "name": self.name,
            "id": self.object_id,
            "state": str(self.state),
            "drifted_fields": list(self.drifted_fields),
        }


def standings(manifest: Manifest, snapshot: Snapshot) -> list[Standing]:
    """Every object of the file and of the server, kind by kind."""
    plan = make_plan(manifest, snapshot)
    changes = {change.object_id: change for change in plan.changes if change.object_id}
    found = []
    for kind in Kind:
        ours = {declared.name for declared in manifest.of(kind)}
        found += [
            Standing(kind, change.name, None, State.MISSING)
            for change in plan.changes
            if change.kind is kind and change.action is Action.CREATE
        ]
        for info in snapshot.of(kind):
            identifier = object_id(info)
            state, fields = _state(info.name in ours, changes, identifier)
            found.append(Standing(kind, info.name, identifier, state, fields))
    return found


def _state(
    is_ours: bool, changes: Mapping[str, Change], identifier: str
) -> tuple[State, tuple[str, ...]]:
    change = changes.get(identifier)
    if change is None:
        return (State.OURS if is_ours else State.STRANGER), ()
    if change.action is Action.UPDATE:
        return State.DRIFTED, tuple(item.path for item in change.fields)
    return (State.TWIN if change.twin_of else State.TO_BE_REMOVED), ()

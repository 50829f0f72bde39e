"""Writes trunks.yaml from what is on a server, so that an existing project can be taken over."""

import re
from collections import Counter
from collections.abc import Mapping
from io import StringIO
from typing import Any

from google.protobuf.json_format import MessageToDict
from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from sip.manifest.declared import is_secret_header
from sip.manifest.models import DispatchRule, InboundTrunk, OutboundTrunk, RoomRule
from sip.objects.kinds import Info, Kind, object_id
from sip.objects.message_fields import upgraded
from sip.objects.server import Snapshot
from sip.one_line import one_line

_HEADER = """\
# yaml-language-server: $schema=docs/trunks.schema.json
# Written by provision-trunk export. Secrets are not in here: set each variable named env/...
"""
_MODELS: Mapping[Kind, type[BaseModel]] = {
    Kind.INBOUND_TRUNK: InboundTrunk,
    Kind.OUTBOUND_TRUNK: OutboundTrunk,
    Kind.DISPATCH_RULE: DispatchRule,
}
_QUOTED = frozenset({"numbers", "allowed_numbers", "inbound_numbers"})


def export_yaml(snapshot: Snapshot) -> str:
    """The text of a trunks.yaml that describes the server.

    What has no name, or shares one, cannot be declared: it is listed in comments.
    """
    remarks: list[str] = []
    document: dict[str, Any] = {}
    trunk_names = _unique_names(snapshot, Kind.INBOUND_TRUNK)
    for kind in Kind:
        names = _unique_names(snapshot, kind)
        section = {
            names[identifier]: _fields(kind, info, trunk_names, remarks)
            for info in snapshot.of(kind)
            if (identifier := object_id(info)) in names
        }
        remarks += _left_out(snapshot, kind, names)
        if section:
            document[kind.section] = section
    text = StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 100
    yaml.dump(document, text)
    return _HEADER + "".join(f"# {one_line(remark)}\n" for remark in remarks) + text.getvalue()


def _unique_names(snapshot: Snapshot, kind: Kind) -> dict[str, str]:
    """The name of every object, by id, that can be told from all others by its name."""
    counts = Counter(info.name for info in snapshot.of(kind))
    return {
        object_id(info): info.name
        for info in snapshot.of(kind)
        if info.name and counts[info.name] == 1
    }


def _left_out(snapshot: Snapshot, kind: Kind, names: Mapping[str, str]) -> list[str]:
    return [
        f"Left out: {kind.label} {object_id(info)}, "
        + (f'it shares the name "{info.name}"' if info.name else "it has no name")
        + f"; provision-trunk adopt {kind} NAME {object_id(info)} gives it one"
        for info in snapshot.of(kind)
        if object_id(info) not in names
    ]


def _fields(
    kind: Kind, info: Info, trunk_names: Mapping[str, str], remarks: list[str]
) -> dict[str, Any]:
    message = MessageToDict(upgraded(info), preserving_proto_field_name=True)
    fields = _known(message, _MODELS[kind])
    if kind is Kind.DISPATCH_RULE:
        ids = message.get("trunk_ids", [])
        remarks += [
            f"Left out: rule {info.name} points at trunk {trunk_id}, which has no name here"
            for trunk_id in ids
            if trunk_id not in trunk_names
        ]
        trunks = {"trunks": [trunk_names[each] for each in ids if each in trunk_names]}
        fields = trunks | fields
    _hide_secrets(fields, _variable(info.name))
    return fields


def _known(message: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """The fields of `message` that the file can speak of, in the order of the model."""
    fields = {
        name: _value(name, message[name], _nested_model(model, name))
        for name in model.model_fields
        if name in message
    }
    # An empty section says nothing; only the kind of room counts even when empty.
    return {name: value for name, value in fields.items() if value != {} or model is RoomRule}


def _value(name: str, value: Any, model: type[BaseModel] | None) -> Any:
    if isinstance(value, dict) and model is not None:
        return _known(value, model)
    if isinstance(value, list):
        if name in _QUOTED:
            return [DoubleQuotedScalarString(item) for item in value]
        return [_known(item, model) if model is not None else item for item in value]
    return value


def _nested_model(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model of a field that holds one section or a list of them."""
    annotation: Any = model.model_fields[name].annotation
    candidates = (annotation, *getattr(annotation, "__args__", ()))
    return next(
        (each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)),
        None,
    )


def _hide_secrets(fields: dict[str, Any], variable: str) -> None:
    for name in fields.get("headers", {}):
        if is_secret_header(name):
            fields["headers"][name] = f"env/SIP_{variable}_{_variable(name)}"
    if "auth_password" in fields:
        fields["auth_password"] = f"env/SIP_{variable}_PASSWORD"
    for rule in fields.get("rule", {}).values():
        if "pin" in rule:
            rule["pin"] = f"env/SIP_{variable}_PIN"


def _variable(name: str) -> str:
    """A name as the middle of an environment variable's name."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper()

"""Compares and changes single fields of LiveKit's messages, leaving all others alone.

A field is named by its path in the message, ("room_config", "empty_timeout"). Values are those of
protobuf's JSON form. Lists, maps and durations are one value; other messages are walked into.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from sip.objects.kinds import Info

FieldPath: TypeAlias = tuple[str, ...]

# protobuf has two implementations of its descriptors, which share no type.
_Descriptor: TypeAlias = Any
_Field: TypeAlias = Any

_NO_DURATION = "0s"  # LiveKit takes an absent duration and one of zero as the same
# The order of these says nothing: compared and shown sorted.
_SETS = frozenset({"numbers", "allowed_addresses", "allowed_numbers", "inbound_numbers"})


def paths(fields: Mapping[str, Any], descriptor: _Descriptor) -> Iterator[FieldPath]:
    """Yield the path of every value that `fields` sets."""
    for name, value in fields.items():
        field = descriptor.fields_by_name[name]
        if _is_nested(field):
            # The choice between the kinds of room is itself a value, even with nothing inside.
            if not value or field.containing_oneof is not None:
                yield (name,)
            for path in paths(value, field.message_type):
                yield (name, *path)
        else:
            yield (name,)


def value_at(info: Message, path: FieldPath) -> Any:
    """The value of a field; a message on the way that is absent has default values."""
    name, *rest = path
    field = info.DESCRIPTOR.fields_by_name[name]
    if rest:
        return value_at(getattr(info, name), tuple(rest))
    if _is_nested(field):
        return info.HasField(name)
    if _is_duration(field) and not info.HasField(name):
        return _NO_DURATION
    if field.is_repeated and field.message_type is not None and not _is_map(field):
        return [_only_set(item) for item in getattr(info, name)]
    value = _as_json(info).get(name)
    return sorted(value or ()) if name in _SETS else value


def changed_paths(info: Info, fields: Mapping[str, Any]) -> list[FieldPath]:
    """The paths of `fields` whose value in `info` is another one."""
    wanted = overlaid(info, fields)
    return [
        path
        for path in paths(fields, info.DESCRIPTOR)
        if value_at(info, path) != value_at(wanted, path)
    ]


def overlaid(info: Info, fields: Mapping[str, Any]) -> Info:
    """A copy of `info` in which `fields` have their new values, and all others the old."""
    wanted = type(info)()
    wanted.CopyFrom(info)  # type: ignore[arg-type]  # both are of the same kind
    _upgrade(wanted)
    ParseDict(dict(fields), wanted)
    for path in paths(fields, wanted.DESCRIPTOR):
        _drop_zero_duration(wanted, path)
    return wanted


def upgraded(info: Info) -> Info:
    """`info` with the deprecated media_encryption in its present place."""
    return overlaid(info, {})


def _upgrade(info: Info) -> None:
    # As LiveKit itself does: the old field counts only while the new one was never set.
    if info.media_encryption and not info.media.HasField("encryption"):
        info.media.encryption = info.media_encryption


def _drop_zero_duration(message: Message, path: FieldPath) -> None:
    for name in path[:-1]:
        message = getattr(message, name)
    field = message.DESCRIPTOR.fields_by_name[path[-1]]
    if _is_duration(field) and not getattr(message, path[-1]).ByteSize():
        message.ClearField(path[-1])


def _as_json(message: Message) -> dict[str, Any]:
    return MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def _only_set(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)


def _is_map(field: _Field) -> bool:
    return bool(field.message_type.GetOptions().map_entry)


def _is_nested(field: _Field) -> bool:
    is_message: bool = field.message_type is not None and not field.is_repeated
    return is_message and not _is_duration(field)


def _is_duration(field: _Field) -> bool:
    message_type = field.message_type
    return message_type is not None and bool(message_type.full_name == "google.protobuf.Duration")

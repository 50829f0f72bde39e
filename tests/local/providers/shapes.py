"""Checks that what is sent is what the installed openai package describes."""

from typing import Any, get_args

from openai.types.realtime import RealtimeServerEvent
from pydantic import BaseModel

EVENT_CLASSES: dict[str, type[BaseModel]] = {
    get_args(cls.model_fields["type"].annotation)[0]: cls
    for cls in get_args(get_args(RealtimeServerEvent)[0])
}
# The real service sends them, the types leave them out.
SESSION_EXTRAS = {"session.id", "session.object"}


def check(cls: type[BaseModel], body: Any) -> None:
    """Every field has its type, and there is none that the type does not know."""
    extras = set(_extras(cls.model_validate(body)))
    assert extras <= SESSION_EXTRAS, f"{cls.__name__} has no {extras - SESSION_EXTRAS}"


def check_event(event: dict[str, Any]) -> None:
    check(EVENT_CLASSES[event["type"]], event)


def _extras(value: Any, path: str = "") -> list[str]:
    if isinstance(value, list):
        return [extra for entry in value for extra in _extras(entry, path)]
    if not isinstance(value, BaseModel):
        return []
    prefix = f"{path}." if path else ""
    unknown = [prefix + name for name in value.model_extra or {}]
    for name in type(value).model_fields:
        unknown += _extras(getattr(value, name), prefix + name)
    return unknown

"""What the storyteller reads and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True)
class ToolCall:
    """A tool the storyteller wants to be run. Arguments are plain text."""

    name: str
    arguments: Mapping[str, str]
    id: str = ""


@dataclass(frozen=True)
class Message:
    """One entry of the history. An interrupted assistant message is a cut-off prefix."""

    role: Role
    text: str
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True)
class Reply:
    """What to say, or which tools to call, or (after a handover) nothing."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()

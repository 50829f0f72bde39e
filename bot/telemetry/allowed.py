"""What of a span may leave the machine: figures, and text that cannot be a caller's.

LiveKit's spans hold prompts, transcripts, tool arguments, room names and numbers. A list of what is
forbidden would miss what the next version adds; so everything is that is not allowed here.
"""

import re
from collections.abc import Mapping
from typing import Any

from opentelemetry.util.types import AttributeValue

# Ids, kinds and names of ours, of LiveKit's and of the models. No room: its name holds a number.
TEXTS = frozenset(
    {
        *("error.type", "exception.type"),
        *("gen_ai.operation.name", "gen_ai.output.type", "gen_ai.provider.name"),
        *("gen_ai.request.model", "gen_ai.response.id", "gen_ai.response.model"),
        *("gen_ai.token.type", "gen_ai.tool.name", "gen_ai.tool.type"),
        *("job_id", "lk.agent_label", "lk.amd.category", "lk.blocking.severity"),
        *("lk.close_reason", "lk.connection_state", "lk.disconnect_reason", "lk.dispatch_id"),
        *("lk.eou.language", "lk.eou.outcome", "lk.eou.source", "lk.function_tool.name"),
        *("lk.generation_id", "lk.input.base_span_id", "lk.interruption.source", "lk.job_id"),
        *("lk.job.worker_id", "lk.new_state", "lk.old_state", "lk.parent_generation_id"),
        *("lk.participant_kind", "lk.previous_agent_label", "lk.room_sid", "lk.speech_id"),
        *("lk.track_sid", "lk.track_source", "lk.tts.label", "room_id"),
        *("storyline.agent_reached", "storyline.direction", "storyline.end_reason"),
    }
)
_FIGURES = ("lk.", "gen_ai.", "storyline.")
# LiveKit's mark of what is somebody's.
_PRIVATE = "pii"
_LONGEST = 100
_NAME = re.compile(r"[A-Za-z][\w .:/-]{0,79}")
# Their attributes are what was said.
_CONTENT = "gen_ai."


def allowed(attributes: Mapping[str, Any] | None) -> dict[str, AttributeValue]:
    """Those of `attributes` that may leave."""
    return {name: value for name, value in (attributes or {}).items() if _may_leave(name, value)}


def event_may_leave(name: str) -> bool:
    """Whether an event of this name is one of a call's course, and not of its content."""
    return not name.startswith(_CONTENT) and _NAME.fullmatch(name) is not None


def span_name(name: str) -> str:
    """The name, unless it is none."""
    return name if _NAME.fullmatch(name) else "unnamed"


def _may_leave(name: str, value: Any) -> bool:
    if _PRIVATE in name.split("."):
        return False
    if isinstance(value, bool | int | float):
        return name.startswith(_FIGURES)
    return name in TEXTS and isinstance(value, str) and len(value) <= _LONGEST

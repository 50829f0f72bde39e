"""Why a call went wrong: how far it got, what was said, what the worker wrote about it."""

import json
import time
from collections.abc import Iterable
from pathlib import Path

from livekit import api

from bot.records import CallRecord
from local.caller import PhoneCall

_HINTS = {
    "refused": "the SIP server said no: see livekit-sip.log",
    "no record": "no job took the call: is the worker registered under the rule's agent name?",
    "not answered": "the job did not publish its track: see worker.log",
    "nothing heard": "the voice did not speak: see providers.log for /v1/audio/speech",
    "caller not understood": "no user turn: see providers.log for /v1/listen",
    "no handover": "information_gathered was not called, or the handover was dropped",
    "in the story": "the story had begun: compare the transcript with the claim",
    "crashed": "the job's process died: see worker.log and the system's log",
    "failed": "a fault of the bot's own: its traceback is in worker.log",
}
_LOG_LINES = 30
_LOG_KEYS = ("kind", "error", "reason", "role", "turn", "failed")


def explain(record: CallRecord | None, call: PhoneCall | None, run_dir: Path) -> str:
    """Many lines for a person; `call` is None when it was never answered."""
    stage = _stage(record, call)
    lines = [f"how far the call got: {stage}", f"likely cause: {_HINTS[stage]}"]
    lines.append(f"record: {record}")
    if call is not None:
        lines += _told(call)
    if record is not None:
        lines += log_of(run_dir / "worker.log", record.call_id)
    lines.append(f"logs and recording: {run_dir}")
    return "\n".join(lines)


def explain_room(
    room: api.Room,
    present: Iterable[api.ParticipantInfo],
    record: CallRecord | None,
    run_dir: Path,
) -> str:
    """A room that nobody has closed: how old it is, who is in it since when, what its call was."""
    lines = [
        f"{room.name}: opened {_ago(room.creation_time)}, told of {room.num_participants} in it"
    ]
    for each in present:
        kind = api.ParticipantInfo.Kind.Name(each.kind)
        state = api.ParticipantInfo.State.Name(each.state)
        status = each.attributes.get("sip.callStatus", "none")
        lines.append(f"  {kind} {state}, since {_ago(each.joined_at)}, sip.callStatus {status}")
    lines.append(f"record: {record}")
    if record is not None:
        lines += log_of(run_dir / "worker.log", record.call_id)
    return "\n".join(lines)


def _ago(at_s: int) -> str:
    return f"{time.time() - at_s:.0f} s ago"


def _stage(record: CallRecord | None, call: PhoneCall | None) -> str:
    if record is None:
        return "refused" if call is None else "no record"
    if record.end_reason in ("crashed", "failed"):
        return str(record.end_reason)
    if call is None:
        return "not answered"
    if not call.far_speech:
        return "nothing heard"
    if record.turns == 0:
        return "caller not understood"
    return "in the story" if record.agent_reached == "story" else "no handover"


def _told(call: PhoneCall) -> list[str]:
    ended = f"ended at {call.ended_s:.2f} s by {call.ended_by}" if call.ended_s else "not ended"
    lines = [f"answered at {call.answered_s:.2f} s, {ended}"]
    lines += [str(line) for line in call.lines]
    wordless = len(call.far_speech) - sum(line.speaker == "far end" for line in call.lines)
    if wordless:
        lines.append(f"sounds of the far end without words, or not understood yet: {wordless}")
    return lines


def log_of(path: Path, call_id: str | None = None) -> list[str]:
    """The last lines that the worker wrote about this call; about all calls where none is named."""
    wanted = []
    for line in path.read_text().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        told = entry.get("call_id")
        if told is not None and call_id in (None, told):
            brief = {key: entry[key] for key in _LOG_KEYS if key in entry}
            wanted.append(f"{entry['ts'][11:23]} {entry['level']} {entry['msg'][:200]} {brief}")
    return wanted[-_LOG_LINES:]

"""What another system is told of a call: its record, its turns, its cost; words where kept."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.records import CallRecord
from bot.records.diary import CallDiary, EventKind

_EVENT = "call.ended"
_LEFT_OUT = ("lease_until", "room_name", "speaking", "speaking_since")
# What somebody at the desk looks at later is no part of the call.
_AFTERWARDS = (EventKind.WORDS_OPENED, EventKind.SOUND_OPENED)


def body(record: CallRecord, diary: CallDiary) -> str:
    """One JSON object in the form of Standard Webhooks: type, timestamp, data."""
    call = {name: value for name, value in asdict(record).items() if name not in _LEFT_OUT}
    data = {
        "call": call,
        "turns": [asdict(turn) for turn in diary.turns],
        "events": [asdict(event) for event in diary.events if event.kind not in _AFTERWARDS],
        "usage": [asdict(usage) for usage in diary.usage],
        "cost_usd": round(diary.cost_usd, 6),
        "without_price": list(diary.unpriced),
    }
    message = {"type": _EVENT, "timestamp": record.ended_at, "data": data}
    return json.dumps(message, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

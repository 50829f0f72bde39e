"""Logs: one JSON object per line, with the call's id, and nothing that identifies the caller.

LiveKit's job processes send their records to the worker's parent process, which writes them all:
`configure_logs` there decides how every line looks and masks it. `bind_call` in the job's process
adds what only the job knows: which call it is, and that it has ended.
"""

import json
import logging
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

# Libraries that tell of every request; `livekit` is the native client.
_NOISY = (
    "aiohttp.access",
    "aiosqlite",
    "alembic",
    "asyncio",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "livekit",
    "openai",
    "websockets",
)

_CALL = "storyline_call_id"  # LiveKit's own records use `call_id` for the call of a tool
_call_id: ContextVar[str | None] = ContextVar("call_id", default=None)


# --- what must not be readable --------------------------------------------------------------------

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?"
_PRIVATE = re.compile(
    # Left as they are: ids, times, and the digits after a decimal point.
    rf"(?P<harmless>{_UUID}|{_TIME}|\d*\.\d+)"
    # +1 (202) 555-0123, wherever it stands; written without plus, digits that stand alone or in a
    # SIP identity or room name (sip_12025550123, call-_12025550123_Xyz).
    r"|(?P<number>\+\d(?:[ ().-]{0,2}\d){5,18}|(?<![0-9A-Za-z])\d{7,15}(?![0-9A-Za-z]))"
    r"|(?P<login>(?<=://)[^\s/@]+@)"
    r"|(?P<key>\b(?:sk|dg)-[\w-]{8,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?<=[Bb]earer )\S+|(?<=[Tt]oken )[\w-]{16,}|(?<=access_token=)[^&\s\"']+)"
)


def mask(text: str) -> str:
    """`text` with telephone numbers and anything that looks like a key made unreadable.

    A number keeps its first three and last two digits, enough to recognise a test call by.
    """
    return _PRIVATE.sub(_hide, text)


def _hide(match: re.Match[str]) -> str:
    found = match.group()
    if match["harmless"]:
        return found
    if match["number"]:
        digits = re.sub(r"\D", "", found)
        plus = "+" if found.startswith("+") else ""
        return f"{plus}{digits[:3]}{'*' * (len(digits) - 5)}{digits[-2:]}"
    return "***@" if match["login"] else "***"


def _mask_value(value: Any, secrets: tuple[str, ...]) -> Any:
    """The same for whatever an extra holds; a bare integer of a number's length is one."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if abs(value) < 10**6 else _masked(str(value), secrets)
        case Mapping():
            return {
                _masked(str(key), secrets): _mask_value(each, secrets)
                for key, each in value.items()
                if not _is_personal(str(key))
            }
        case list() | tuple() | set() | frozenset():
            return [_mask_value(each, secrets) for each in value]
        case _:
            return _masked(str(value), secrets)


def _masked(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return mask(text)


def _is_personal(key: str) -> bool:
    """LiveKit marks what people said and who they are: `lk.pii.user_transcript`."""
    return "pii" in key.split(".")


# --- how a line looks -----------------------------------------------------------------------------

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Formatter(logging.Formatter):
    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        # Short ones would blank out half of every line.
        self._secrets = tuple(sorted((s for s in set(secrets) if len(s) >= 6), key=len)[::-1])

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """What there is to say, masked."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, Any] = {
            "ts": moment,
            "level": record.levelname,
            "logger": record.name,
            "msg": _masked(record.getMessage(), self._secrets),
        }
        if call_id := getattr(record, _CALL, None) or _call_id.get():
            fields["call_id"] = call_id
        for name, value in vars(record).items():
            if name in _STANDARD or name == _CALL or name.startswith("_") or _is_personal(name):
                continue
            name = f"{name}_of_tool" if name == "call_id" else name
            fields[f"{name}_" if name in fields else name] = _mask_value(value, self._secrets)
        if trace := self._trace(record):
            fields["trace"] = _masked(trace, self._secrets)
        return fields

    def _trace(self, record: logging.LogRecord) -> str:
        """From here, or as text from a job's process."""
        if record.exc_info and record.exc_info[0] is not None:
            return self.formatException(record.exc_info)
        return record.exc_text or ""


class JsonFormatter(_Formatter):
    """For machines."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.fields(record), ensure_ascii=False)


class TextFormatter(_Formatter):
    """For people: time, level, who, what, then the rest."""

    def format(self, record: logging.LogRecord) -> str:
        fields = self.fields(record)
        trace = fields.pop("trace", "")
        head = [str(fields.pop(name)) for name in ("ts", "level", "logger", "msg")]
        rest = [f"{name}={value}" for name, value in fields.items()]
        return " ".join(head + rest) + (f"\n{trace}" if trace else "")


def configure_logs(
    level: str,
    *,
    json: bool = True,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Write every record of this process, and of the job processes it starts, to `stream`.

    `stream`: standard output by default. `secrets`: values that never appear, in whatever text.
    Calling it again replaces what was there before, also handlers that others have put up.
    """
    handler = logging.StreamHandler(sys.stdout if stream is None else stream)
    handler.setFormatter(JsonFormatter(secrets) if json else TextFormatter(secrets))
    root = logging.getLogger()
    for other in list(root.handlers):
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.getLogger("livekit.agents").setLevel(level)
    logging.captureWarnings(True)
    warnings.simplefilter("default", ResourceWarning)


# --- the call -------------------------------------------------------------------------------------

# LiveKit writes to a room that is gone; worth knowing in mid-call, noise after hanging up.
_NOISE_AFTER_THE_END = ("failed to send session event", "closed unexpectedly")


class _CallFilter(logging.Filter):
    """Adds the call's id in the call's own process, and keeps out the noise of hanging up."""

    def __init__(self, call_id: str) -> None:
        super().__init__()
        self.call_id = call_id
        self.has_ended = False

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, _CALL):
            # LiveKit's own tasks and threads began before the call had an id.
            setattr(record, _CALL, _call_id.get() or self.call_id)
        message = record.getMessage()
        return not (self.has_ended and any(noise in message for noise in _NOISE_AFTER_THE_END))


def bind_call(call_id: str) -> None:
    """Say that this process holds this call: every line from now on carries its id."""
    _call_id.set(call_id)
    for handler in logging.getLogger().handlers:
        for old in [each for each in handler.filters if isinstance(each, _CallFilter)]:
            handler.removeFilter(old)
        handler.addFilter(_CallFilter(call_id))


def call_ended() -> None:
    """Say that the room of this process's call is being deleted."""
    for handler in logging.getLogger().handlers:
        for each in handler.filters:
            if isinstance(each, _CallFilter):
                each.has_ended = True


@contextmanager
def call_context(call_id: str) -> Iterator[None]:
    """For a process that looks after many calls: lines written inside belong to this one."""
    token = _call_id.set(call_id)
    try:
        yield
    finally:
        _call_id.reset(token)

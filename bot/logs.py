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

from bot.log_writer import LineWriter
from sip.calls.number import mask_number

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
_DATE = r"(?<!\d)\d{4}-[01]\d-[0-3]\d(?!\d)(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?)?"
_ADDRESS = r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
_DECIMAL = r"(?<![\d.])\d*\.\d+(?![\d.-])"
# What may stand between the digits of a number: (202) 555-0123, 202.555.0123, 06/12 34 56.
_GAP = r"[ \u00a0()./\u2010-\u2015-]{0,3}"
_PRIVATE = re.compile(
    rf"(?P<harmless>{_UUID}|{_DATE}|{_ADDRESS}|{_DECIMAL})"
    # Who calls, in a SIP identity, in an address, and in a room's name before its random end
    # (sip_john.doe, sip:john.doe@host, story_john.doe_Xy3aB9kLmN2p).
    r"|(?P<user>(?<=\bsip_)[^\s\"',;<>@]+|(?<=\bsips:)[^\s@<>]+(?=@)|(?<=\bsip:)[^\s@<>]+(?=@)"
    r"|(?<=_)[^\s\"',;<>]+?(?=_(?=[A-Z0-9]*[a-z])(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{12}(?![A-Za-z0-9])))"
    # +1 (202) 555-0123 wherever it stands, %2B for the plus of an address; without a plus, seven to
    # fifteen digits that stand alone or in a name (12025550123, (202) 555-0123).
    rf"|(?P<number>(?:[+\uff0b]|%2[Bb])\(?\d(?:{_GAP}\d){{5,18}}"
    rf"|(?<![0-9A-Za-z])\(?\d(?:{_GAP}\d){{6,14}}(?![0-9A-Za-z]))"
    r"|(?P<login>(?<=://)[^\s/@]+@)"
    r"|(?P<key>\b(?:sk|dg)-[\w-]{8,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?<=[Bb]earer )\S+|(?<=[Tt]oken )[\w-]{16,}|(?<=access_token=)[^&\s\"']+)"
)


def mask(text: str) -> str:
    """`text` with telephone numbers, callers' names and anything like a key made unreadable.

    Of a number its country and last four digits are left, as everywhere else.
    """
    return _PRIVATE.sub(_hide, text)


def _hide(match: re.Match[str]) -> str:
    found = match.group()
    if match["harmless"]:
        return found
    if match["number"]:
        return mask_number(re.sub("%2[Bb]|\uff0b", "+", found))
    if match["user"]:
        return mask_number(found)
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


# Controls (also C1), line ends, bidi marks, lone surrogates: a terminal would obey them, and a
# reader of lines would see two.
_LAYOUT = "\n\t"
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def _escaped(text: str, keep: str = "") -> str:
    """`text` with every character that is not for the eye written as `\\u001b`."""

    def escape(match: re.Match[str]) -> str:
        found = match.group()
        return found if found in keep else f"\\u{ord(found):04x}"

    return _UNSAFE.sub(escape, text)


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
        return _escaped(json.dumps(self.fields(record), ensure_ascii=False))


class TextFormatter(_Formatter):
    """For people: time, level, who, what, then the rest."""

    def format(self, record: logging.LogRecord) -> str:
        fields = self.fields(record)
        trace = fields.pop("trace", "")
        head = [str(fields.pop(name)) for name in ("ts", "level", "logger", "msg")]
        rest = [f"{name}={value}" for name, value in fields.items()]
        line = _escaped(" ".join(head + rest))
        return line + (f"\n{_escaped(trace, keep=_LAYOUT)}" if trace else "")


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
    handler = LineWriter(sys.stdout if stream is None else stream)
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


class _CallFilter(logging.Filter):
    """Adds the call's id in the call's own process, and keeps out the noise of hanging up."""

    def __init__(self, call_id: str) -> None:
        super().__init__()
        self.call_id = call_id
        self.noise: tuple[str, ...] = ()

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, _CALL):
            # LiveKit's own tasks and threads began before the call had an id.
            setattr(record, _CALL, _call_id.get() or self.call_id)
        return not any(noise in record.getMessage() for noise in self.noise)


def bind_call(call_id: str) -> None:
    """Say that this process holds this call: every line from now on carries its id."""
    _call_id.set(call_id)
    for handler in logging.getLogger().handlers:
        for old in [each for each in handler.filters if isinstance(each, _CallFilter)]:
            handler.removeFilter(old)
        handler.addFilter(_CallFilter(call_id))


def call_ended(noise: tuple[str, ...]) -> None:
    """Say that the room of this process's call is being deleted: lines with `noise` say no more."""
    for handler in logging.getLogger().handlers:
        for each in handler.filters:
            if isinstance(each, _CallFilter):
                each.noise = noise


@contextmanager
def call_context(call_id: str) -> Iterator[None]:
    """For a process that looks after many calls: lines written inside belong to this one."""
    token = _call_id.set(call_id)
    try:
        yield
    finally:
        _call_id.reset(token)

"""One call with a model, or by a caller, that misbehaves."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.models.family import Family
from local.caller import CallerError
from local.caller.errors import CallEnded, NothingHeard
from local.caller.phone_call import PhoneCall
from local.caller.sip_caller import SipCaller
from local.providers.control import ControlClient
from local.stack import Stack

# The longest turn that Echo may have is cut after 75 s, and what follows is one sentence.
_TURN_LIMIT_S = 100.0
_ANSWER_LIMIT_S = 25.0
_END_LIMIT_S = 45.0
_LEAVE_LIMIT_S = 25.0
_RECORD_LIMIT_S = 10.0
_STOP = "Please stop the story now. Goodbye."


@dataclass(frozen=True)
class Seen:
    """What became of the call. `gap_s`: the longest that the caller waited for an answer."""

    heard: str
    turns: int
    seconds: float
    gap_s: float
    requests: int
    tokens: int
    reason: str
    noticed: frozenset[str]
    hung_up_by: str


async def talk(family: Family, stack: Stack, telephone: SipCaller, from_number: str) -> Seen:
    """Make the call. Raises CallerError when it is not answered."""
    control = ControlClient(stack.providers_url)
    await control.script(family.script)
    before = len(await control.requests())
    phone = await telephone.dial(
        stack.sip_address,
        stack.number,
        user=stack.sip_user,
        password=stack.sip_password,
        from_number=from_number,
    )
    try:
        turns = await _speak(phone, family)
        if not phone.is_over:
            await phone.hang_up()
        lines = await phone.transcript()
    finally:
        await phone.aclose()
        phone.save(stack.run_dir / f"{family.name}.wav")
        await control.clear_script()
    reason, tokens, noticed = await _recorded(stack.database_path, from_number)
    gaps_s = [gap.gap_s for gap in phone.response_gaps if gap.gap_s is not None]
    asked = [each for each in (await control.requests())[before:] if each.service == "chat"]
    return Seen(
        heard=" ".join(line.text for line in lines if line.speaker == "far end"),
        turns=turns,
        seconds=(phone.ended_s or 0.0) - phone.answered_s,
        gap_s=max(gaps_s, default=0.0),
        requests=len(asked),
        tokens=tokens,
        reason=reason,
        noticed=noticed,
        hung_up_by=phone.ended_by or "nobody",
    )


async def _speak(phone: PhoneCall, family: Family) -> int:
    """Say the caller's lines; how many of Echo's turns were heard. The end comes either way."""
    turns = 0
    try:
        for line in family.lines:
            await _hear_out(phone)
            turns += 1
            await phone.say(line)
        if family.stops:
            await _hear_out(phone)
            turns += 1
            await phone.say(_STOP)
        await phone.wait_hung_up(_LEAVE_LIMIT_S if family.stops else _END_LIMIT_S)
    except (CallEnded, NothingHeard):
        pass
    return turns


async def _hear_out(phone: PhoneCall) -> None:
    await phone.wait_for_speech(_ANSWER_LIMIT_S)
    await phone.wait_for_silence(1.0, _TURN_LIMIT_S)


async def _recorded(database: Path, from_number: str) -> tuple[str, int, frozenset[str]]:
    """Why the call ended, its tokens and its events, once the record is closed."""
    for _ in range(round(_RECORD_LIMIT_S / 0.2)):
        found = await asyncio.to_thread(_row, database, from_number)
        if found is not None:
            return found
        await asyncio.sleep(0.2)
    raise CallerError(f"{database} holds no closed record of {from_number}")


def _row(database: Path, from_number: str) -> tuple[str, int, frozenset[str]] | None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            "SELECT call_id, end_reason FROM calls WHERE from_number = ? AND ended_at IS NOT NULL",
            (from_number,),
        ).fetchone()
        if found is None:
            return None
        tokens = connection.execute(
            "SELECT COALESCE(SUM(amount), 0) FROM call_usage"
            " WHERE call_id = ? AND (unit LIKE '%_text' OR unit LIKE '%_audio')",
            found[:1],
        ).fetchone()[0]
        events = connection.execute("SELECT kind FROM call_events WHERE call_id = ?", found[:1])
        return found[1], int(tokens), frozenset(kind for (kind,) in events)

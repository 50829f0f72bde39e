"""`python -m local.demo`: rings the number on this machine and shows what happens."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.caller import CallerError, SipCaller
from local.demo.conversation import converse
from local.demo.loss import lose_the_process
from local.demo.persona import Persona
from local.demo.record import wait_closed
from local.demo.report import Report, transcript_text
from local.stack import ProgramMissing, Stack, StackError
from local.stack.environment import clean_environment

CALL_LIMIT_S = 180.0
EXIT_FAILED = 1
EXIT_NOT_SET_UP = 3
EXIT_INTERRUPTED = 130


def main(
    run_dir: Annotated[
        Path | None, typer.Option(help="Where recording and logs go (runs/<time>).")
    ] = None,
    desk: Annotated[
        bool, typer.Option("--desk", help="Open the operator's page too, until Ctrl-C.")
    ] = False,
    lost: Annotated[
        bool, typer.Option("--lost", help="Kill the call's process in mid-story; it goes on.")
    ] = False,
) -> None:
    """One whole call, no keys: Maria rings, Echo tells her a story and hangs up.

    Exit code 0 when the story was told to its end, 1 when something went wrong, 3 when set-up
    has not been run.
    """
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    try:
        end_reason = asyncio.run(_demo(run_dir, console, with_desk=desk, lost=lost))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except ProgramMissing as error:
        errors.print(str(error), markup=False)
        sys.exit(EXIT_NOT_SET_UP)
    except StackError as error:
        errors.print(str(error), markup=False)
        sys.exit(EXIT_FAILED)
    except CallerError as error:
        errors.print(f"The call did not take place: {error}. The logs say more.", markup=False)
        sys.exit(EXIT_FAILED)
    if end_reason != "story_finished":
        errors.print(f"The story was not told to its end: {end_reason}. The logs say more.")
        sys.exit(EXIT_FAILED)


async def _demo(run_dir: Path | None, console: Console, *, with_desk: bool, lost: bool) -> str:
    """Returns the end reason of the call's record; with the desk not before Ctrl-C."""
    report = Report(console)
    console.print("Opening the line: LiveKit, LiveKit SIP, the model providers and the worker.")
    console.print("The telephone line is real. Echo's words are a scripted demo, not AI.")
    stack = Stack(run_dir, on_progress=lambda what: report.event(None, what))
    console.print(f"Logs: {stack.run_dir}", markup=False, soft_wrap=True)
    async with stack:
        desk = await stack.start_desk() if with_desk else None
        if desk is not None:
            console.print(f"Watch it at the desk: {desk}/live", markup=False)
        recording = stack.run_dir / "call.wav"
        transcript = stack.run_dir / "transcript.txt"
        async with SipCaller(stack.providers_url) as caller:
            console.print(
                f"\nMaria rings {stack.number}. Echo's words, as her ears understood them:\n"
            )
            call = await caller.dial(
                stack.sip_address, stack.number, user=stack.sip_user, password=stack.sip_password
            )
            report.event(call.answered_s, "answered")
            call.on_line(report.line)
            losing = None
            if lost:
                losing = asyncio.create_task(lose_the_process(call, stack, report.event))
            try:
                await converse(call, Persona(), CALL_LIMIT_S)
            finally:
                if losing is not None:
                    losing.cancel()
                    await asyncio.gather(losing, return_exceptions=True)
            lines = await call.transcript()
            report.event(call.ended_s, "hung up")
            await asyncio.to_thread(call.save, recording)
            await asyncio.to_thread(transcript.write_text, transcript_text(lines))
            record = await wait_closed(clean_environment() | stack.env())
        report.table(call, record)
        report.paths(recording, transcript, stack.run_dir)
        if desk is not None and record is not None:
            report.desk(f"{desk}/calls/{record.call_id}")
            raise await stack.wait_failed()
    return "no record was written" if record is None else record.end_reason


if __name__ == "__main__":
    typer.run(main)

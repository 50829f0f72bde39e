"""`python -m local.stack up`: leave the line open, so that a person can ring it."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.stack import ProgramMissing, Stack, StackError
from local.stack.environment import write_environment
from local.stack.provision import MANIFEST

EXIT_FAILED = 1
EXIT_NOT_SET_UP = 3

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def describe() -> None:
    """The line on this machine: real LiveKit and SIP, stand-ins for the model providers."""


@app.command()
def up(
    run_dir: Annotated[
        Path | None, typer.Option(help="Where logs and the database go (runs/<time>).")
    ] = None,
) -> None:
    """Start everything and keep it running until Ctrl-C."""
    console = Console()
    try:
        asyncio.run(_keep_up(run_dir, console))
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("The line is closed.")
    except ProgramMissing as error:
        Console(stderr=True).print(str(error), markup=False)
        sys.exit(EXIT_NOT_SET_UP)
    except StackError as error:
        Console(stderr=True).print(str(error), markup=False)
        sys.exit(EXIT_FAILED)


async def _keep_up(run_dir: Path | None, console: Console) -> None:
    task = asyncio.current_task()
    assert task is not None
    # Without this SIGTERM would leave the clearing up to the guard, and callers without a BYE.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)

    def report(what: str) -> None:
        console.print(f"  {what}", style="dim", highlight=False)

    console.print("Opening the line ...")
    async with Stack(run_dir, on_progress=report) as stack:
        desk = await stack.start_desk()
        env_file = stack.run_dir / "line.env"
        write_environment(env_file, stack.env())
        how_to = _how_to_ring(stack, env_file, desk)
        console.print(how_to, highlight=False, markup=False, soft_wrap=True)
        raise await stack.wait_failed()


def _how_to_ring(stack: Stack, env_file: Path, desk: str) -> str:
    uri = f"sip:{stack.number}@{stack.sip_address}"
    return f"""
The line is open. Ring it with a softphone on this machine:

  address   {stack.sip_address}  (SIP over UDP or TCP)
  number    {stack.number}
  user      {stack.sip_user}
  password  {stack.sip_password}

  Linphone  add a SIP account: user name {stack.sip_user}, that password, domain
            {stack.sip_address}, transport UDP, "Register" off; then call
            {uri}
  baresip   in ~/.baresip/config: net_interface lo; in ~/.baresip/accounts:
            <sip:{stack.sip_user}@{stack.sip_address}>;auth_user={stack.sip_user};auth_pass={stack.sip_password};regint=0
            then: /dial {uri}

  Watch it at the desk: {desk}

  Nothing has to be registered, and nobody outside this machine can call.
  Echo's words here come from a scripted demo, not from an AI.

For provision-trunk, make-call and your own programs, in another terminal (keys and password are
in the first file, which only you can read):

  set -a; . {env_file}; set +a
  uv run provision-trunk status --file {MANIFEST}

Logs and the database of calls: {stack.run_dir}
Ctrl-C closes the line.
"""


if __name__ == "__main__":
    app()

"""Puts the demo's trunk and dispatch rule on the server, with the operator's own command."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from local.stack.errors import PartFailed, ProgramMissing

COMMAND = "provision-trunk"
MANIFEST = Path(__file__).resolve().parents[1] / "trunks.yaml"
LIMIT_S = 30.0


async def provision(run_dir: Path, env: Mapping[str, str], manifest: Path = MANIFEST) -> None:
    """Run `provision-trunk apply` on the manifest; raises PartFailed when it does not succeed."""
    log_path = run_dir / f"{COMMAND}.log"
    command = Path(sys.executable).with_name(COMMAND)
    if not command.exists():
        raise ProgramMissing(COMMAND, "Run `make setup`.")
    with log_path.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(str(command), "apply", "--file", str(manifest), "--yes"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(env),
            cwd=run_dir,
            start_new_session=True,
        )
    try:
        async with asyncio.timeout(LIMIT_S):
            exit_code = await process.wait()
    except TimeoutError:
        raise PartFailed(COMMAND, f"took more than {LIMIT_S:g} s", log_path, "") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if exit_code != 0:
        tail = log_path.read_text(errors="replace")
        raise PartFailed(COMMAND, f"ended with exit code {exit_code}", log_path, tail)

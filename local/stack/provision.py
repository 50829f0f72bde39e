"""Puts the demo's trunk and dispatch rule on the server, with the operator's own command."""

import sys
from collections.abc import Mapping
from pathlib import Path

from local.stack.errors import ProgramMissing
from local.stack.parts.part import Part, Program

COMMAND = "provision-trunk"
MANIFEST = Path(__file__).resolve().parents[1] / "trunks.yaml"
LIMIT_S = 30.0


async def provision(run_dir: Path, env: Mapping[str, str], manifest: Path = MANIFEST) -> None:
    """Run `provision-trunk apply` on the manifest; raises PartFailed when it does not succeed."""
    command = Path(sys.executable).with_name(COMMAND)
    if not command.exists():
        raise ProgramMissing(COMMAND, "Run `make setup`.")
    await Part(
        Program(
            name=COMMAND,
            command=(command, "apply", "--file", manifest, "--yes"),
            env=env,
            run_dir=run_dir,
            start_limit_s=LIMIT_S,
        )
    ).run()

"""`python -m local.providers --port P [--engine real|none] [--log-file F]`"""

import asyncio
import logging
import signal
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from local.engine import EngineError
from local.providers.desk import Desk
from local.providers.engine_kinds import open_engines
from local.providers.server import HOST, serve

logger = logging.getLogger(__name__)


class Engine(Enum):
    """Real ears, voice and storyteller, or nothing but the script."""

    REAL = "real"
    NONE = "none"


def main(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")],
    engine: Annotated[Engine, typer.Option(help="What answers when no script does.")] = Engine.REAL,
    log_file: Annotated[Path | None, typer.Option(help="Log there, not to stderr.")] = None,
) -> None:
    """Local scripted stand-ins for Deepgram and OpenAI, until SIGTERM or Ctrl-C."""
    logging.basicConfig(
        level=logging.INFO,
        filename=log_file,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    problems: list[str] = []
    try:
        asyncio.run(run(port, engine))
    except* (OSError, EngineError) as group:
        problems = [str(error) for error in group.exceptions]
    for problem in problems:
        typer.echo(f"providers: {problem}", err=True)
    if problems:
        raise typer.Exit(1)


async def run(port: int, engine: Engine) -> None:
    """Listens at once, is healthy when the engines are loaded, ends on a signal."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    desk = Desk()
    async with serve(desk, port) as bound_port, asyncio.TaskGroup() as group:
        logger.info("listening on http://%s:%s with engine %s", HOST, bound_port, engine.value)
        loading = group.create_task(_hold_engines(desk, engine))
        await ended.wait()
        logger.info("ending")
        loading.cancel()


async def _hold_engines(desk: Desk, engine: Engine) -> None:
    async with open_engines(engine.value) as engines:
        desk.engines = engines
        await asyncio.Event().wait()


if __name__ == "__main__":
    typer.run(main)

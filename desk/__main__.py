"""`python -m desk`: the operator's page, on this machine only unless there is a password."""

import asyncio
import ipaddress
import logging
import sys
from typing import Annotated

import typer
import uvicorn

from bot.logs import configure_logs
from bot.records import Limit, Records, RecordsError, utc_now
from bot.records.sound.shelf import Shelf
from bot.settings import Settings, SettingsError
from desk.app import make_app
from desk.doors import Doors
from desk.office import Office

logger = logging.getLogger("storyline.desk")

_EXIT_FAILED = 1
_EXIT_BAD_SETTINGS = 2
# People who look at the live page must not keep the desk from ending.
_LEAVE_S = 2
_NO_PASSWORD = (
    "The desk shows numbers and ends calls: on {} it needs STORYLINE_DESK_PASSWORD.\n"
    "Set one, or leave STORYLINE_DESK_HOST at 127.0.0.1.\n"
)


def main(
    host: Annotated[str, typer.Option(help="Address (STORYLINE_DESK_HOST).")] = "",
    port: Annotated[int, typer.Option(help="TCP port (STORYLINE_DESK_PORT).")] = 0,
) -> None:
    """Serve the page until SIGTERM or Ctrl-C. Needs the worker's settings.

    Exit code 0 then; 1 when the database has no tables or the port is taken, 2 for unusable
    settings.
    """
    try:
        settings = Settings.load()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_EXIT_BAD_SETTINGS)
    host, port = host or settings.desk.host, port or settings.desk.port
    if settings.desk.password is None and not _is_this_machine(host):
        sys.stderr.write(_NO_PASSWORD.format(host))
        sys.exit(_EXIT_BAD_SETTINGS)
    configure_logs(settings.worker.log_level, json=True, secrets=settings.secrets)
    try:
        asyncio.run(_serve(settings, host, port))
    except RecordsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_EXIT_FAILED)


async def _serve(settings: Settings, host: str, port: int) -> None:
    async with Records.open(settings.database_url) as records:
        await records.check_tables()
        doors = Doors(settings)
        office = Office(
            records=records,
            say_goodbye=doors.say_goodbye,
            listen=doors.listen,
            look_at_line=doors.look_at_line,
            worker=doors.worker,
            clock=utc_now,
            recordings=Shelf(settings.kept.recordings_dir),
            line_limits=_line_limits(settings),
            region=settings.livekit.region,
            keeps_words=settings.kept.keeps_words,
        )
        password = settings.desk.password
        app = make_app(
            office,
            secret=settings.livekit.api_secret.get_secret_value(),
            password=password.get_secret_value() if password else None,
            is_https=settings.desk.https == "yes",
        )
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_LEAVE_S,
        )
        logger.info("the desk is open", extra={"address": f"http://{host}:{port}"})
        await uvicorn.Server(config).serve()


def _line_limits(settings: Settings) -> dict[Limit, float]:
    limits = settings.limits
    allowed: dict[Limit, float] = {
        Limit.CALLS_PER_DAY: limits.calls_per_day,
        Limit.MINUTES_PER_DAY: limits.minutes_per_day,
    }
    if limits.max_day_cost is not None:
        allowed[Limit.COST_PER_DAY] = limits.max_day_cost
    return allowed


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    typer.run(main)

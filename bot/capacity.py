"""`python -m bot.capacity --calls 500`: what so many calls at once need.

Plain arithmetic on measured figures (docs/scale.md says how they were measured and what breaks
first). A machine of yours is another machine: measure one worker there (`make bench-capacity`) and
give what you saw.
"""

import json
import math
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

# Seen with eight calls on two cores of 2.1 GHz, everything on one machine, November 2026.
CALL_CORE = 0.16
CALL_MB = 80.0
WORKER_MB = 350.0
LIVEKIT_CORE = 0.02
SIP_CORE = 0.04
# Above this share of its cores a worker answers late; the rest is for calls that begin together.
FULL = 0.7
# What LiveKit SIP's own default is to be asked for: 10,000 UDP ports from 10000 on, one a call.
SIP_PORTS = 10_000
# A call has two participants at LiveKit, each with a port for what is sent and what is received.
LIVEKIT_PORTS_A_CALL = 2
# The process of a call keeps one connection open; the worker one, the desk and a watch one each.
CONNECTIONS_BESIDE = 2
# PostgreSQL's own default, less what it keeps for its administrators.
POSTGRESQL_CONNECTIONS = 97


@dataclass(frozen=True)
class Machine:
    """One worker's machine. `call_core`: the share of a core that a call takes there."""

    cores: int = 4
    memory_gb: float = 8.0
    call_core: float = CALL_CORE

    @property
    def calls(self) -> int:
        """How many calls at once it can hold: what its cores or its memory allow."""
        by_cores = self.cores * FULL / self.call_core
        by_memory = (self.memory_gb * 1000 * FULL - WORKER_MB) / CALL_MB
        # 2.8 / 0.14 is 19.999 999 999 999 996.
        return max(0, math.floor(round(min(by_cores, by_memory), 6)))


@dataclass(frozen=True)
class Need:
    """What a line needs for so many calls at once."""

    calls: int
    workers: int
    calls_a_worker: int
    worker_memory_gb: float
    livekit_cores: float
    sip_cores: float
    sip_nodes: int
    sip_ports: int
    livekit_ports: int
    database_connections: int
    transcriptions: int
    voices_or_realtime_sessions: int


def plan(calls: int, machine: Machine, *, spare: int = 1) -> Need:
    """What `calls` at once need, with `spare` workers for upgrades and failures.

    ValueError when one machine cannot hold a single call.
    """
    if machine.calls < 1:
        raise ValueError("such a machine cannot hold one call: give it more memory or cores")
    workers = math.ceil(calls / machine.calls) + spare
    sip_cores = calls * SIP_CORE
    by_cores = math.ceil(sip_cores / (machine.cores * FULL))
    return Need(
        calls=calls,
        workers=workers,
        calls_a_worker=machine.calls,
        worker_memory_gb=round((WORKER_MB + machine.calls * CALL_MB) / 1000, 1),
        livekit_cores=round(calls * LIVEKIT_CORE, 1),
        sip_cores=round(sip_cores, 1),
        sip_nodes=max(by_cores, math.ceil(calls / SIP_PORTS)),
        sip_ports=calls,
        livekit_ports=calls * LIVEKIT_PORTS_A_CALL,
        database_connections=calls + workers + CONNECTIONS_BESIDE,
        transcriptions=calls,
        voices_or_realtime_sessions=calls,
    )


def warnings(need: Need) -> list[str]:
    """What does not work with what programs allow by default."""
    found = []
    if need.database_connections > POSTGRESQL_CONNECTIONS:
        found.append(
            f"PostgreSQL accepts {POSTGRESQL_CONNECTIONS} connections by default: set "
            f"max_connections to {math.ceil(need.database_connections * 1.2)} or more"
        )
    if need.calls > need.calls_a_worker:
        found.append("more than one worker: the database must be PostgreSQL, SQLite is a file")
    if need.sip_ports > SIP_PORTS:
        found.append(f"LiveKit SIP has {SIP_PORTS} UDP ports a node by default: see rtp_port")
    return found


def lines(need: Need) -> list[str]:
    """The need, a line each."""
    return [
        f"{need.calls} calls at once need",
        f"  workers               {need.workers}, one of them spare; {need.calls_a_worker} calls "
        f"and {need.worker_memory_gb:g} GB each (STORYLINE_MAX_CALLS={need.calls_a_worker})",
        f"  livekit-server        {need.livekit_cores:g} cores; {need.livekit_ports} UDP ports",
        f"  LiveKit SIP           {need.sip_cores:g} cores on {need.sip_nodes} nodes; "
        f"{need.sip_ports} UDP ports",
        f"  database              {need.database_connections} connections",
        f"  transcription         {need.transcriptions} streams at once",
        f"  voice or Realtime     {need.voices_or_realtime_sessions} at once",
        *(f"! {warning}" for warning in warnings(need)),
    ]


def main(
    calls: Annotated[int, typer.Option(min=1, max=1_000_000, help="Calls at once.")],
    cores: Annotated[int, typer.Option(min=1, help="Cores of a worker's machine.")] = 4,
    memory_gb: Annotated[float, typer.Option(min=0.5, help="Its memory.")] = 8.0,
    call_core: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of a core for one call, as you saw it.")
    ] = CALL_CORE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what so many calls at once need. Exit code 2 for a machine that holds none."""
    try:
        need = plan(calls, Machine(cores, memory_gb, call_core))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if as_json:
        typer.echo(json.dumps(asdict(need) | {"warnings": warnings(need)}))
    else:
        typer.echo("\n".join(lines(need)))


if __name__ == "__main__":
    typer.run(main)

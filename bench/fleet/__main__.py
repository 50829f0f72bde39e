"""`python -m bench.fleet --calls 10000`: dispatch and an upgrade of many workers, simulated."""

import math
import time
from typing import Annotated

import typer

from bench.fleet.fleet import Fleet, Plan, Seen
from bench.fleet.worker import Kind
from bot.capacity import CALL_CORE, Machine

# Calls come by chance: so many deviations above the mean are hardly ever in progress at once.
_DEVIATIONS = 3


def main(
    calls: Annotated[int, typer.Option(min=1, max=20_000, help="Calls at once, in the mean.")],
    cores: Annotated[int, typer.Option(min=1, max=64, help="Cores of a worker's machine.")] = 4,
    spare: Annotated[
        float | None, typer.Option(min=0, max=2, help="Share of workers beyond the mean.")
    ] = None,
    upgrade_at_once: Annotated[
        int, typer.Option(min=0, help="Replace so many workers at a time; 0: no upgrade.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Of the chance.")] = 1,
) -> None:
    """Simulate a fleet. Exit code 1 when a call was taken by nobody."""
    machine = Machine(cores=cores)
    if machine.calls < 1:
        raise typer.BadParameter("such a machine cannot hold one call: give it more cores")
    beyond = _DEVIATIONS / math.sqrt(calls) if spare is None else spare
    workers = math.ceil(calls * (1 + beyond) / machine.calls)
    if upgrade_at_once > workers:
        raise typer.BadParameter(f"there are only {workers} workers", param_hint="upgrade-at-once")
    kind = Kind(machine.calls, cores, CALL_CORE, idle_processes=cores)
    began_s = time.monotonic()
    seen = Fleet(Plan(calls, kind, workers, upgrade_at_once=upgrade_at_once, seed=seed)).run()
    typer.echo(f"{workers} workers of {machine.calls} calls, simulated in ", nl=False)
    typer.echo(f"{time.monotonic() - began_s:.0f} s")
    for line in lines(seen):
        typer.echo(line)
    raise typer.Exit(1 if seen.no_room or seen.overlooked else 0)


def lines(seen: Seen) -> list[str]:
    """What was seen, a line each."""
    found = [
        f"  calls               {len(seen.waits_s) + len(seen.waits_in_upgrade_s)}, "
        f"at most {seen.most_at_once} at once",
        f"  ring to first word  {_waits(seen.waits_s)}",
        f"  offers refused      {seen.offers_refused}, and taken by the next worker",
        f"  taken by nobody     {seen.no_room} for want of room, "
        f"{seen.overlooked} although there was some",
    ]
    if seen.upgrade_s is not None:
        found += [
            f"  the upgrade         {seen.upgrade_s / 60:.0f} minutes",
            f"    first word then   {_waits(seen.waits_in_upgrade_s)}",
        ]
    return found


def _waits(waits_s: list[float]) -> str:
    if not waits_s:
        return "-"
    ordered = sorted(waits_s)
    p50, p95 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.95))
    return f"p50 {p50:.2f} s, p95 {p95:.2f} s, longest {ordered[-1]:.2f} s"


if __name__ == "__main__":
    typer.run(main)

"""provision-trunk: make a LiveKit project's trunks and dispatch rules be as trunks.yaml says.

Exit codes: 0 done or nothing to do, 2 changes pending (plan), 1 error.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from livekit.api import LiveKitAPI

from bot.doctor.agent import look_at_agent
from bot.doctor.providers import look_at_providers
from bot.settings import SettingsError
from bot.settings.environment import read_environment
from scripts.command import Version
from scripts.provision_output import (
    complain,
    print_failure,
    print_findings,
    print_json,
    print_lines,
    print_problems,
    print_standings,
    say,
)
from sip.access import Access
from sip.doctor.finding import Result
from sip.doctor.walk import walk
from sip.errors import ApplyFailed, SipError
from sip.manifest.as_snapshot import as_snapshot
from sip.manifest.declared import Manifest
from sip.manifest.export import export_yaml
from sip.manifest.manifest import load_manifest
from sip.objects.kinds import Kind
from sip.objects.release import read_release
from sip.objects.server import read_snapshot
from sip.plan.adopt import adopt as adopt_object
from sip.plan.apply import apply as apply_plan
from sip.plan.plan import Plan, Planner, make_destroy_plan, make_plan
from sip.plan.plan_text import plan_lines
from sip.plan.status import standings
from sip.problems import ManifestError, Severity
from sip.route.route import ARRIVED
from sip.route.route import route as find_route
from sip.route.route_text import route_json, route_lines
from sip.route.trunk_match import Caller

_NOTHING, _ERROR, _PENDING = 0, 1, 2
# What typer makes of Ctrl-C.
_INTERRUPTED = 130
# The parent of typer's usage errors, which exit with 2 if left alone: that is "changes pending".
# typer does not export it.
_UsageError: Any = next(
    each for each in typer.BadParameter.__mro__ if each.__name__ == "UsageError"
)

_T = TypeVar("_T")

app = typer.Typer(
    name="provision-trunk",
    help=__doc__,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

File = Annotated[Path, typer.Option("--file", "-f", help="The manifest.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AllowOpen = Annotated[
    str,
    typer.Option("--allow-open", metavar="WHY", help="Accept doors open to strangers; say why."),
]
AllowDelete = Annotated[
    bool, typer.Option("--allow-delete", help="Accept deletions and numbers taken away.")
]
PlanHash = Annotated[
    str, typer.Option("--plan-hash", metavar="HASH", help="Apply only the plan of this name.")
]
_DEFAULT_FILE = Path("trunks.yaml")
_LOOKING = "this command opens none"


@app.callback()
def options(version: Version = False) -> None:
    """Which commands there are says `help` above."""


@app.command()
def check(file: File = _DEFAULT_FILE, allow_open: AllowOpen = "") -> None:
    """Check the file alone; no server is needed."""
    manifest = _load(file, allow_open, secrets_needed=False)
    say(f"{file}: {len(manifest.declared)} objects, no errors")


@app.command()
def plan(file: File = _DEFAULT_FILE, as_json: AsJson = False, allow_open: AllowOpen = "") -> None:
    """Show what apply would do. Exit code 0: nothing, 2: changes pending."""
    manifest = _load(file, allow_open)
    found = _with_api(partial(_read_plan, partial(make_plan, manifest)))
    if as_json:
        reasons = {"guards": list(found.guards), "conflicts": list(found.conflicts)}
        print_json({"hash": found.hash, "changes": found.as_json(), **reasons})
    else:
        print_lines(plan_lines(found))
    raise typer.Exit(_PENDING if found.changes else _NOTHING)


@app.command()
def apply(
    file: File = _DEFAULT_FILE,
    yes: Yes = False,
    plan_hash: PlanHash = "",
    allow_delete: AllowDelete = False,
    allow_open: AllowOpen = "",
) -> None:
    """Make the server be as the file says."""
    manifest = _load(file, allow_open)
    _review_and_apply(partial(make_plan, manifest), yes, plan_hash, allow_delete)


@app.command()
def destroy(
    file: File = _DEFAULT_FILE,
    yes: Yes = False,
    plan_hash: PlanHash = "",
    allow_delete: AllowDelete = False,
) -> None:
    """Delete what the file names, and nothing else."""
    manifest = _load(file, _LOOKING, secrets_needed=False)
    _review_and_apply(partial(make_destroy_plan, manifest), yes, plan_hash, allow_delete)


@app.command()
def adopt(
    kind: Annotated[Kind, typer.Argument(help="What kind of object it is.")],
    name: Annotated[str, typer.Argument(help="Its name in the file.")],
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Its id on the server.")],
    file: File = _DEFAULT_FILE,
) -> None:
    """Take over an object that exists already, by giving it the name that the file declares."""
    manifest = _load(file, _LOOKING, secrets_needed=False)
    old_name = _with_api(lambda api: adopt_object(api.sip, manifest, kind, name, identifier))
    say(f'{kind.label} {identifier} was "{old_name}" and is now "{name}"')


@app.command()
def export(file: File = _DEFAULT_FILE, yes: Yes = False) -> None:
    """Write the file from what is on the server; "--file -" prints it."""
    text = export_yaml(_with_api(lambda api: read_snapshot(api.sip)))
    if str(file) == "-":
        say(text.rstrip())
        return
    if file.exists() and not yes and not typer.confirm(f"Overwrite {file}?"):
        raise typer.Exit(_ERROR)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        complain(f"{file} cannot be written: {error.strerror}. Name another with --file")
        raise typer.Exit(_ERROR) from None
    say(f"Wrote {file}")


@app.command()
def status(file: File = _DEFAULT_FILE, as_json: AsJson = False) -> None:
    """Show what is on the server: ours, drifted, missing, or a stranger's."""
    manifest = _load(file, _LOOKING)
    found = standings(manifest, _with_api(lambda api: read_snapshot(api.sip)))
    if as_json:
        print_json([item.as_json() for item in found])
        return
    print_standings(found)


@app.command()
def route(
    caller: Annotated[str, typer.Option("--from", help="The number that calls.")],
    called: Annotated[str, typer.Option("--to", help="The number that is called.")],
    source_ip: Annotated[
        str, typer.Option(help="Where the call comes from. Not given: no address list is checked.")
    ] = "",
    pin: Annotated[str | None, typer.Option(help='What the caller types; "" is only #.')] = None,
    from_server: Annotated[
        bool, typer.Option("--server", help="Ask the server's trunks and rules, not the file's.")
    ] = False,
    file: File = _DEFAULT_FILE,
    as_json: AsJson = False,
) -> None:
    """Tell where a call would go, or why it would arrive nowhere."""
    server = None
    if from_server:
        snapshot = _with_api(lambda api: read_snapshot(api.sip))
        server = asyncio.run(read_release(Access.of(read_environment())))
    else:
        snapshot = as_snapshot(_load(file, _LOOKING, secrets_needed=False))
    who = Caller(caller, called, source_ip or None)
    rejects = server is not None and bool(server.rejects_unmatched)
    found = find_route(snapshot, who, pin=pin, rejects_unmatched=rejects)
    if as_json:
        print_json(route_json(found))
    else:
        print_lines(route_lines(found, who, server))
    raise typer.Exit(_NOTHING if found.outcome in ARRIVED else _ERROR)


@app.command()
def doctor(file: File = _DEFAULT_FILE, as_json: AsJson = False) -> None:
    """Walk the whole chain and say which link is broken. Exit code 1 when one is."""
    manifest = _load(file, _LOOKING)
    environment = read_environment()
    found = [
        look_at_providers(environment),
        *asyncio.run(walk(manifest, environment, look_at_agent)),
    ]
    if as_json:
        print_json([finding.as_json() for finding in found])
    else:
        print_findings(found)
    is_broken = any(finding.result is Result.FAIL for finding in found)
    raise typer.Exit(_ERROR if is_broken else _NOTHING)


def _load(file: Path, allow_open: str, *, secrets_needed: bool = True) -> Manifest:
    """Read the file; `allow_open` is why open doors are accepted, empty when they are not."""
    manifest = load_manifest(
        file, read_environment(), secrets_needed=secrets_needed, allow_open=bool(allow_open)
    )
    print_problems(manifest.problems)
    if any(problem.severity is Severity.OPEN for problem in manifest.problems):
        say(f"Open doors are accepted: {allow_open}")
    return manifest


def _review_and_apply(planner: Planner, yes: bool, plan_hash: str, allow_delete: bool) -> None:
    found = _with_api(partial(_read_plan, planner))
    print_lines(plan_lines(found))
    if not found.changes:
        return
    if not (yes or plan_hash or typer.confirm("Apply?")):
        raise typer.Exit(_ERROR)
    # With --yes, whatever is left to do, also when somebody else was faster meanwhile.
    reviewed = plan_hash or (None if yes else found.hash)
    done = _with_api(
        lambda api: apply_plan(api.sip, planner, may_delete=allow_delete, reviewed=reviewed)
    )
    say(f"Done: {len(done)} changes applied.")


async def _read_plan(planner: Planner, api: LiveKitAPI) -> Plan:
    return planner(await read_snapshot(api.sip))


def _with_api(work: Callable[[LiveKitAPI], Coroutine[Any, Any, _T]]) -> _T:
    async def run() -> _T:
        async with Access.of(read_environment()).connect() as api:
            return await work(api)

    return asyncio.run(run())


def main() -> None:
    """Run the command line; every error becomes a clear text and exit code 1."""
    try:
        code = app(standalone_mode=False)
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
    except ManifestError as error:
        print_problems(error.problems)
        code = _ERROR
    except ApplyFailed as error:
        print_failure(error)
        code = _ERROR
    except (SipError, SettingsError) as error:
        complain(str(error))
        code = _ERROR
    except _UsageError as error:
        error.show()
        code = _ERROR
    except (typer.Abort, KeyboardInterrupt):
        complain("Stopped. Running it again continues from here.")
        code = _ERROR
    sys.exit(code if isinstance(code, int) else _NOTHING)


if __name__ == "__main__":
    main()

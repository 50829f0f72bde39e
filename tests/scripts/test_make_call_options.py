"""Whatever is typed is heeded or refused: every pair of make-call's options."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.orders.number_list import Retry, Row
from bot.orders.request import Request
from bot.orders.result import Result
from scripts import make_call
from sip.calls.outcome import Outcome
from tests.scripts.test_make_call import ENV

pytestmark = pytest.mark.unit


@dataclass
class Asked:
    """What came through the door: which work, for whom, by which way."""

    work: str
    request: Request
    until: str | None = None
    rows: tuple[Row, ...] = ()
    rules: dict[Outcome, Retry] | None = None
    trunk: str | None = None
    from_number: str | None = None


@dataclass(frozen=True)
class Option:
    """One option as it is typed, and how to see that it was heeded. `as_json` shows on paper."""

    typed: tuple[str, ...]
    is_heeded: Callable[[Asked], bool]

    @property
    def name(self) -> str:
        return self.typed[0]


NUMBER = Option(("+12025550123",), lambda a: a.request.number == "+12025550123")
RESUME = Option(("--resume", "a-call"), lambda a: a.request.resumes == "a-call")
FILE = Option(("--file", "numbers.csv"), lambda a: a.rows == (Row(1, "+12025550124"),))
RETRY = Option(("--retry", "busy=2x300"), lambda a: a.rules == Retry.parse(["busy=2x300"]))
DRY_RUN = Option(("--dry-run",), lambda a: a.work.startswith("check"))
JSON = Option(("--json",), lambda a: True)
# What is known of the call that goes on.
KNOWN = (
    NUMBER,
    Option(("--name", "Maria"), lambda a: a.request.name == "Maria"),
    Option(("--location", "Lisbon"), lambda a: a.request.location == "Lisbon"),
)
OF_ONE_CALL = (
    *KNOWN,
    RESUME,
    Option(("--wait", "answer"), lambda a: a.until in ("answer", None)),
    Option(("--wait", "end"), lambda a: a.until in ("end", None)),
    Option(("--again",), lambda a: a.request.again),
)
OF_A_LIST = (FILE, RETRY)
OF_BOTH = (
    Option(("--from", "+12025550100"), lambda a: a.from_number == "+12025550100"),
    Option(("--trunk", "carrier"), lambda a: a.trunk == "carrier"),
    Option(("--ring-timeout", "20"), lambda a: a.request.ring_timeout_s == 20),
    Option(("--max-duration", "60"), lambda a: a.request.max_call_s == 60),
    Option(("--idempotency-key", "k"), lambda a: a.request.idempotency_key == "k"),
    JSON,
    DRY_RUN,
)
ALL = (*OF_ONE_CALL, *OF_A_LIST, *OF_BOTH)
PAIRS = [pair for pair in combinations(ALL, 2) if pair[0].name != pair[1].name]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """What reaches the work behind the door, which is not done."""
    monkeypatch.chdir(tmp_path)
    for name, value in {**ENV, "DATABASE_URL": "sqlite:///calls.db"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "numbers.csv").write_text("+12025550124\n")
    seen: list[Asked] = []

    class Desk:
        @staticmethod
        @asynccontextmanager
        async def open(_: Any, trunk: str | None, from_number: str | None) -> AsyncIterator[None]:
            yield
            [asked] = seen
            asked.trunk, asked.from_number = trunk, from_number

    async def call_one(_: Any, request: Request, __: Any, until: str) -> Result:
        seen.append(Asked("call", request, until))
        return Result.refused("it is a test")

    async def check_one(_: Any, request: Request) -> Result | str:
        # Nothing is waited for: either way of waiting is heeded.
        seen.append(Asked("check", request, until=None))
        return "Would call."

    def of_a_list(work: str) -> Any:
        async def run(_: Any, __: str, rules: Any, each: Request, rows: Any, *___: Any) -> Any:
            seen.append(Asked(work, each, rows=tuple(rows), rules=rules))
            return []

        return run

    monkeypatch.setattr(make_call, "Desk", Desk)
    monkeypatch.setattr(make_call, "make_call", call_one)
    monkeypatch.setattr(make_call, "check_call", check_one)
    monkeypatch.setattr(make_call, "call_list", of_a_list("call"))
    monkeypatch.setattr(make_call, "check_list", of_a_list("check"))
    return seen


def fits(options: set[Option]) -> bool:
    """Whether these go together: a number, a call or a list, and what belongs to it."""
    if FILE in options:
        return not options & set(OF_ONE_CALL)
    if RETRY in options:
        return False
    return not options & set(KNOWN) if RESUME in options else NUMBER in options


@pytest.mark.parametrize("base", [NUMBER, RESUME, FILE], ids=["a number", "a call", "a list"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: " ".join(o.name for o in pair))
def test_every_pair_of_options_is_heeded_or_refused(
    asked: list[Asked], base: Option, pair: tuple[Option, Option]
) -> None:
    options = {base, *pair}
    typed = [word for option in options for word in option.typed]
    result = CliRunner().invoke(make_call.app, ["call", *typed])
    if not fits(options):
        assert (result.exit_code, asked) == (2, []), result.output
        return
    assert result.exit_code in (0, 15), result.output
    [done] = asked
    assert [option.name for option in options if not option.is_heeded(done)] == []
    assert (done.work == "check") is (DRY_RUN in options)
    assert result.output.startswith("{") is (JSON in options)


@pytest.mark.parametrize("option", ALL, ids=lambda o: " ".join(o.typed))
def test_an_option_alone_is_not_enough_unless_it_says_whom_to_call(
    asked: list[Asked], option: Option
) -> None:
    code = CliRunner().invoke(make_call.app, ["call", *option.typed]).exit_code
    assert (code != 2) is (option in (NUMBER, RESUME, FILE))
    assert bool(asked) is (option in (NUMBER, RESUME, FILE))


def test_the_table_above_knows_every_option() -> None:
    known = {option.name.removeprefix("--").replace("-", "_") for option in ALL} - {NUMBER.name}
    names = {"from_number": "from", "max_duration": "max_duration", "as_json": "json"}
    parameters = {names.get(each, each) for each in inspect.signature(make_call.call).parameters}
    assert parameters == known | {"number"}

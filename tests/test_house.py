"""The house rules that no linter knows: arrows, sizes, and documents that tell the truth."""

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

import agents
from bot.settings import Settings
from tests.house import (
    PRODUCT,
    ROOMS,
    ROOT,
    chains,
    cycle,
    folder,
    import_graph,
    imports,
    is_package,
    parse,
    proof,
    python_files,
)

pytestmark = pytest.mark.unit

# Which rooms a room may import. `local` starts the bot as a process and knows it by its command.
ARROWS: dict[str, set[str]] = {
    "agents": set(),
    # `bench` starts the bot as `local` does, asks it how it would decide in recorded calls, and
    # scores stories against their plans. It asks the desk for its pages, too.
    "bench": {"agents", "bot", "desk", "local"},
    "sip": set(),
    "bot": {"agents", "sip"},
    "desk": {"bot", "sip"},
    "local": set(),
    "scripts": {"bot", "sip"},
}

# How deep a reader may have to go, and how many modules may lie side by side.
CHAIN = 12
MODULES = 12
# What is still wider, with its size today: it must not grow, and is to be taken apart.
WIDER = {
    "local/storyteller": 16,
}

# One line of steps, which only ever grows.
MIGRATIONS = "bot/records/migrations/versions"

# What the dialect of this house does without.
DIALECT = {"__future__.annotations", "typing.Final"}

# Lines of tests for each line of the product: reached, and to be kept. The goal is 1.3 for all,
# with the real calls.
BOT_IS_PROVED = 1.2
ALL_IS_PROVED = 1.27

LINES = 300
# Longer files, each with the reason why it is not better as two.
LONGER: dict[str, str] = {}

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PATH = re.compile(rf"\b(?:{'|'.join((*ROOMS, 'docs', 'tests'))})/[\w/.]+\.\w+")
MUTANTS_RUN = "pytest_add_cli_args_test_selection"
MODULE = re.compile(r"python -m ((?:bot|bench|local)(?:\.\w+)*)")
COMMAND = re.compile(r"\bmake ([a-z][a-z0-9-]*)")


# --- rooms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_where_its_arrows_point(room: str) -> None:
    strangers = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python_files(room)
        for name in imports(path)
        if (other := name.split(".")[0]) in {*ROOMS, "tests"} and other not in {room, *ARROWS[room]}
    }
    assert strangers == set()


def test_the_desk_reads_records_and_knocks_at_doors() -> None:
    doors = {"bot.doctor", "bot.logs", "bot.messages", "bot.records", "bot.settings"}
    strangers = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python_files("desk")
        for name in imports(path)
        if name.startswith("bot.") and not any(f"{name}.".startswith(f"{door}.") for door in doors)
    }
    assert strangers == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = import_graph()
    assert {name.split(".")[0] for name in graph} == set(ROOMS)
    assert cycle(graph) == []


def test_a_circle_would_be_found() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_no_two_folders_know_each_other() -> None:
    graph = import_graph()
    arrows = {(folder(name), folder(other)) for name, below in graph.items() for other in below}
    mutual = {
        " and ".join((one, two))
        for one, two in arrows
        # What a folder holds and what lies in its own folders belong together.
        if one < two and (two, one) in arrows and not two.startswith(f"{one}.")
    }
    assert mutual == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_reader_never_has_to_go_deep(room: str) -> None:
    ways = chains(import_graph()).items()
    longest = max((way for name, way in ways if name.split(".")[0] == room), key=len)
    assert len(longest) <= CHAIN, " -> ".join(longest)


def test_few_modules_lie_side_by_side() -> None:
    modules = [path for room in ROOMS for path in python_files(room)]
    counts = Counter(str(path.parent.relative_to(ROOT)) for path in modules if not is_package(path))
    del counts[MIGRATIONS]
    too_wide = {name for name, count in counts.items() if count > WIDER.get(name, MODULES)}
    assert too_wide == set(), "split the folder into rooms with one idea each"


def test_one_dialect_is_spoken() -> None:
    strangers = {
        f"{path.relative_to(ROOT)} imports {name}"
        for room in (*ROOMS, "tests")
        for path in python_files(room)
        for name in imports(path)
        if name in DIALECT
    }
    assert strangers == set(), "quote a name that comes later, or use Self; constants need no Final"


def test_agents_are_ours_and_not_another_package_of_that_name() -> None:
    assert Path(agents.__file__).parent == ROOT / "agents"


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for room in ("agents", "bot")
        for path in python_files(room)
        if path.parent != ROOT / "bot" / "settings"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers == set()


def test_files_stay_short() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for room in ROOMS
        for path in python_files(room)
    }
    too_long = {name for name, length in lengths.items() if length > LINES}
    assert too_long == set(LONGER), "split the file, or give the reason in LONGER"


# --- tests ----------------------------------------------------------------------------------------


def test_every_folder_of_tests_is_a_package() -> None:
    # Without, `import sip` inside tests/sip would find the tests instead of the room.
    bare = {
        str(folder.relative_to(ROOT))
        for folder in {path.parent for path in python_files("tests")}
        if not (folder / "__init__.py").exists()
    }
    assert bare == set()


# --- documents ------------------------------------------------------------------------------------


def _defaults() -> dict[str, str | None]:
    """Every variable with its default as one would write it; None where there is no fixed one."""
    found: dict[str, str | None] = {}
    for group in Settings.model_fields.values():
        assert isinstance(group.annotation, type) and issubclass(group.annotation, BaseModel)
        for field in group.annotation.model_fields.values():
            default = field.default
            if isinstance(default, SecretStr):
                default = default.get_secret_value()
            fixed = not field.is_required() and default is not None
            found[str(field.alias)] = str(default) if fixed else None
    by_cpus = ("IDLE_PROCESSES", "MAX_CALLS", "CALLS_AT_ONCE", "WITHHELD_AT_ONCE")
    return {**found, **{f"STORYLINE_{name}": None for name in by_cpus}}


def test_the_example_holds_every_setting_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    example = dict(re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", text, re.MULTILINE))
    defaults = _defaults()
    assert set(example) == set(defaults)
    assert {name: example[name] for name, value in defaults.items() if value is not None} == {
        name: value for name, value in defaults.items() if value is not None
    }


def test_the_configuration_page_holds_every_setting_with_its_default() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \|(.*)$", text, re.MULTILINE))
    defaults = _defaults()
    assert set(rows) == set(defaults)
    for name, value in defaults.items():
        cells = [cell.strip() for cell in rows[name].strip("| ").split("|")]
        assert len(cells) == 3 and all(cells), f"{name}: default, unit and reason"
        assert value is None or cells[0] == f"`{value}`", name


def test_the_range_of_every_setting_is_on_the_configuration_page() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for group in Settings.model_fields.values():
        assert isinstance(group.annotation, type) and issubclass(group.annotation, BaseModel)
        for field in group.annotation.model_fields.values():
            limits = {
                name: value
                for each in field.metadata
                for name in ("ge", "le")
                if (value := getattr(each, name, None)) is not None
            }
            if field.alias != "PORT" and len(limits) == 2:
                row = next(line for line in text.splitlines() if f"`{field.alias}`" in line)
                assert f"{limits['ge']:g} to {limits['le']:g}" in row, field.alias


def test_every_make_command_in_the_documents_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", makefile, re.MULTILINE))
    named = {
        (page.name, command)
        for page in PAGES
        for code in re.findall(r"`[^`\n]+`|```.*?```", page.read_text("utf-8"), re.DOTALL)
        for command in COMMAND.findall(code)
    }
    assert {each for each in named if each[1] not in targets} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_document_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    missing = {name for name in PATH.findall(text) if not (ROOT / name).exists()}
    modules = import_graph()
    missing |= {name for name in MODULE.findall(text) if name not in modules}
    assert missing == set()


def test_ci_runs_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = [line for line in ci.splitlines() if COMMAND.match(line)]
    assert "make test" in commands
    assert {"demo", "test"} <= set(COMMAND.findall(readme))


def test_make_finds_every_call() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for mark in ("e2e", "alone"):
        named = re.search(rf"^{mark.upper()} = (.*)$", makefile, re.MULTILINE)
        assert named is not None
        places = [ROOT / each for each in named[1].split()]
        for file in python_files("tests"):
            if re.search(rf"pytest\.mark\.{mark}\b", file.read_text(encoding="utf-8")):
                assert any(file.is_relative_to(place) for place in places), file


def test_what_the_mutants_change_and_run_exists() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    tests = [each.partition("=")[2] or each for each in asked[MUTANTS_RUN]]
    places = [*asked["source_paths"], *asked["only_mutate"], *tests]
    assert [each for each in places if not list(ROOT.glob(each))] == []


# --- proof ----------------------------------------------------------------------------------------


def test_what_is_added_comes_with_its_tests() -> None:
    assert proof("bot") >= BOT_IS_PROVED
    assert proof(*PRODUCT, calls=True) >= ALL_IS_PROVED

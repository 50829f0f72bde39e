"""What pyproject.toml says that we need is what we import: each package once, where it belongs."""

import re
import sys
import tomllib
from collections import Counter
from functools import cache
from importlib import metadata
from typing import Any

import pytest

from tests.house import PRODUCT, ROOMS, ROOT, imports, python_files

pytestmark = pytest.mark.unit

# What a list names although nobody imports it, and what for.
NOT_IMPORTED = {
    "aiosqlite": "SQLAlchemy's driver for SQLite",
    "asyncpg": "SQLAlchemy's driver for PostgreSQL",
    "itsdangerous": "Starlette signs the desk's cookies with it",
    "tzdata": "time zones where the machine has none",
}


@cache
def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(requirements: list[str]) -> list[str]:
    found = [re.match(r"[\w.-]+", each) for each in requirements]
    return [_normal(each[0]) for each in found if each is not None]


def _product() -> list[str]:
    return _names(_project()["project"]["dependencies"])


def _local() -> list[str]:
    return _names(_project()["project"]["optional-dependencies"]["local"])


def _dev() -> list[str]:
    return _names(_project()["dependency-groups"]["dev"])


@cache
def _owners() -> dict[str, str]:
    """Which package each installed module comes from: `livekit` is a folder of many."""
    found = {}
    for package in metadata.distributions():
        owner = _normal(package.name)
        for line in (package.read_text("RECORD") or "").splitlines():
            path = line.partition(",")[0]
            if path.endswith((".py", ".so")):
                folder, _, file = path.rpartition("/")
                module = file.partition(".")[0]
                parts = [*folder.split("/"), *([module] if module != "__init__" else [])]
                found[".".join(filter(None, parts))] = owner
    return found


def _imported(*rooms: str) -> set[str]:
    """The packages of others that the rooms import by themselves."""
    ours = {*sys.stdlib_module_names, "_typeshed", *ROOMS, "tests"}
    modules = {
        name
        for room in rooms
        for path in python_files(room)
        for name in imports(path)
        if name.split(".")[0] not in ours
    }
    return {owner for name in modules if (owner := _owner(name))}


def _owner(name: str) -> str:
    """The package of a module, or of a name in one; nothing for a folder that many share."""
    while name and name not in _owners():
        name = name.rpartition(".")[0]
    return _owners().get(name, "")


def test_no_package_is_named_twice() -> None:
    twice = [name for name, count in Counter(_product() + _local() + _dev()).items() if count > 1]
    assert twice == []


def test_the_owner_of_a_module_is_found() -> None:
    assert _owner("livekit.agents.llm.ChatContext") == "livekit-agents"
    assert _owner("livekit.rtc.Room") == "livekit"
    assert _owner("livekit.plugins") == ""


@pytest.mark.parametrize(
    ("rooms", "named"),
    [
        (PRODUCT, _product()),
        (("local",), _product() + _local()),
        (("bench", "tests"), _product() + _local() + _dev()),
    ],
    ids=["product", "local", "bench and tests"],
)
def test_what_is_imported_is_named(rooms: tuple[str, ...], named: list[str]) -> None:
    # What only comes along with another package goes when that one no longer needs it.
    assert _imported(*rooms) - set(named) == set()


def test_what_the_product_names_it_needs() -> None:
    assert set(_product()) - _imported(*PRODUCT) == set(NOT_IMPORTED)

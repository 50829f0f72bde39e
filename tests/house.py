"""What the source tree looks like: rooms, modules and who imports whom."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("agents", "bench", "bot", "desk", "local", "scripts", "sip")
PRODUCT = ("agents", "bot", "desk", "scripts", "sip")


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def _import_statements(path: Path) -> list[ast.Import | ast.ImportFrom]:
    nodes = _statements(parse(path))
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All below, without their expressions: these are nine tenths of a tree, and import nothing."""
    for name in ("body", "orelse", "handlers", "finalbody", "cases"):
        for child in getattr(node, name, ()):
            yield child
            yield from _statements(child)


def proof(*rooms: str, calls: bool = False) -> float:
    """Lines of tests for each line of the rooms; `calls` counts the real calls, too."""
    tests = [f"tests/{room}" for room in rooms] + ["tests/e2e"] * calls
    return sum(map(_lines, tests)) / sum(map(_lines, rooms))


def _lines(folder: str) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(folder))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_package(path: Path) -> bool:
    return path.name == "__init__.py"


@cache
def imports(path: Path) -> frozenset[str]:
    """Full names of what is imported anywhere in the file: `a.b` and `a.b.c` for
    `from a.b import c`, which may be a module or a name in one. Relative ones made absolute.
    """
    package = module_name(path).split(".")
    if not is_package(path):
        package.pop()
    names: set[str] = set()
    for node in _import_statements(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        else:
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return frozenset(names)


@cache
def import_graph() -> dict[str, set[str]]:
    """Our modules, each with those of ours that it imports; the more exact name where both fit."""
    files = {module_name(path): path for room in ROOMS for path in python_files(room)}
    graph: dict[str, set[str]] = {}
    for name, path in files.items():
        found = {each for each in imports(path) if each in files and each != name}
        # `from bot.settings import groups` needs the module, not what the package gathers.
        exact = {each for each in found if any(other.startswith(f"{each}.") for other in found)}
        graph[name] = found - (exact - _packages_named(path, exact, files))
    return graph


def _packages_named(path: Path, packages: set[str], files: dict[str, Path]) -> set[str]:
    """Those of `packages` from which the file takes a name that is not a module."""
    return {
        node.module
        for node in _import_statements(path)
        if isinstance(node, ast.ImportFrom)
        and node.module in packages
        and any(f"{node.module}.{alias.name}" not in files for alias in node.names)
    }


def folder(module: str) -> str:
    """The package that a module lies in; a package lies in itself."""
    path = ROOT.joinpath(*module.split("."))
    return module if path.is_dir() else module.rpartition(".")[0]


def chains(graph: dict[str, set[str]]) -> dict[str, list[str]]:
    """The longest way down from each module over what it imports; there must be no circle."""
    found: dict[str, list[str]] = {}

    def visit(name: str) -> list[str]:
        if name not in found:
            below = [visit(other) for other in sorted(graph[name])]
            found[name] = [name, *max(below, key=len, default=[])]
        return found[name]

    for name in sorted(graph):
        visit(name)
    return found


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """One way round that comes back to where it began, or nothing."""
    finished: set[str] = set()
    way: list[str] = []

    def visit(name: str) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in finished:
            return []
        way.append(name)
        for other in sorted(graph.get(name, ())):
            if found := visit(other):
                return found
        finished.add(way.pop())
        return []

    for name in sorted(graph):
        if found := visit(name):
            return found
    return []

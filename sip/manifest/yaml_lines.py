"""Reads YAML so that every value can be traced back to its line.

Scalars stay as they are written ("+12025550100" is not turned into a number and loses no plus),
except null. That is what telephone numbers need; the shape of the file decides about types.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

_NULL = "tag:yaml.org,2002:null"
_STANDARD_TAGS = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Finding:
    """Something wrong with the YAML itself."""

    line: int
    path: Path
    reason: str
    remedy: str


@dataclass
class LinedYaml:
    """The values of a document, the line of each, and what was wrong with it as YAML."""

    root: Value = None
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line_of(self, path: Iterable[str | int]) -> int:
        """The line of the value at `path`, or of the nearest one around it."""
        key = tuple(path)
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


def read_yaml(text: str) -> LinedYaml:
    """Parse one YAML document. Never raises: what is wrong is in `findings`."""
    result = LinedYaml()
    try:
        node = YAML(typ="rt", pure=True).compose(StringIO(text))
        root = _Reader(result).value(node, ()) if node is not None else None
    except RecursionError:
        return LinedYaml(
            findings=[Finding(1, (), "it is nested too deep", "Write name: value lines alone")]
        )
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        result.findings.append(
            Finding(
                line=mark.line + 1 if mark is not None else 1,
                path=(),
                reason=f"it is not valid YAML: {reason}",
                remedy="Correct the indentation or the quotes around there",
            )
        )
        return result
    result.root = root
    return result


class _Reader:
    """Walks the nodes of one document and notes lines and findings in `result`."""

    def __init__(self, result: LinedYaml) -> None:
        self._result = result
        self._open: list[Node] = []  # the nodes we are inside of: an alias may point to one

    def value(self, node: Node, path: Path) -> Value:
        self._result.lines.setdefault(path, node.start_mark.line + 1)
        if node in self._open:
            self._note(node, path, "it contains itself", "Remove the alias")
            return None
        if not str(node.tag).startswith(_STANDARD_TAGS):
            self._note(node, path, f"the tag {node.tag} is unknown", "Remove the tag")
            return None
        self._open.append(node)
        try:
            return self._value(node, path)
        finally:
            self._open.pop()

    def _value(self, node: Node, path: Path) -> Value:
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return None if str(node.tag) == _NULL else str(node.value)

    def _mapping(self, node: MappingNode, path: Path) -> Value:
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if not isinstance(key_node, ScalarNode):
                self._note(key_node, path, "a key is not plain text", "Write it as plain text")
                continue
            if key in values:
                self._note(
                    key_node, (*path, key), "it is there twice", "Keep one: the other is not read"
                )
                continue
            self._result.lines[(*path, key)] = key_node.start_mark.line + 1
            values[key] = self.value(value_node, (*path, key))
        return values

    def _note(self, node: Node, path: Path, reason: str, remedy: str) -> None:
        self._result.findings.append(Finding(node.start_mark.line + 1, path, reason, remedy))


def leaves(value: Value, path: Path = ()) -> Iterable[tuple[Path, str]]:
    """Yield every text in `value` with its path."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    elif value is not None:
        yield path, value

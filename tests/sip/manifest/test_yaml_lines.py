import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.manifest.yaml_lines import leaves, read_yaml

pytestmark = pytest.mark.unit


def test_scalars_stay_as_they_are_written() -> None:
    yaml = read_yaml('a: +12025550100\nb: [007, yes, 1.50, "q"]\nc: ~\n')
    assert yaml.root == {"a": "+12025550100", "b": ["007", "yes", "1.50", "q"], "c": None}


def test_every_value_has_its_line() -> None:
    yaml = read_yaml("a:\n  b: 1\n  c:\n    - x\n    - y\n")
    assert yaml.line_of(("a", "b")) == 2
    assert yaml.line_of(("a", "c", 1)) == 5
    assert yaml.line_of(("a", "missing", "deeper")) == 1
    assert yaml.line_of(("nowhere",)) == 1


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: [1\nb: 2", 2, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not valid YAML"),
        ("a: \x00", 1, "not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "there twice"),
        ("a: !python/object x\n", 1, "tag"),
        ("&a [*a]", 1, "contains itself"),
        ("? [x]\n: 1\n", 1, "not plain text"),
    ],
)
def test_what_is_wrong_is_found_with_its_line(text: str, line: int, reason: str) -> None:
    (finding,) = read_yaml(text).findings
    assert finding.line == line
    assert reason in finding.reason
    assert finding.remedy


@pytest.mark.parametrize(
    "text",
    ["[" * 1000, "{a: " * 1000, "\n".join(" " * depth + "a:" for depth in range(1500))],
    ids=["lists", "fields", "lines"],
)
def test_what_is_nested_without_an_end_is_refused_in_words(text: str) -> None:
    read = read_yaml(text)
    assert read.root is None
    assert [each.reason for each in read.findings] == ["it is nested too deep"]


def test_an_alias_is_read_like_what_it_points_to() -> None:
    yaml = read_yaml("a: &x {b: 1}\nc: *x\n")
    assert yaml.root == {"a": {"b": "1"}, "c": {"b": "1"}}
    assert list(leaves(yaml.root)) == [(("a", "b"), "1"), (("c", "b"), "1")]


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    yaml = read_yaml(text)
    assert yaml.root is not None or yaml.findings or not list(leaves(yaml.root))

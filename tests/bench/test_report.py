"""What is kept of a run."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench import charts, report
from bench.figures import Figure

pytestmark = pytest.mark.unit

GAP = Figure("response gap", "pipeline, <models> & all", (0.9, 1.0, 1.1), ("name: no answer",))
SHARE = Figure("barge-in", "mm-hm stops her", (50.0,), unit="%", note="1 of 2")
EMPTY = Figure("answer", "warm", ())


def test_the_file_has_every_value_and_every_discard(tmp_path: Path) -> None:
    kept = json.loads(report.save([GAP, SHARE, EMPTY], "table", tmp_path).read_text())["figures"]
    assert kept[0]["values"] == [0.9, 1.0, 1.1]
    assert kept[0]["discards"] == ["name: no answer"]
    assert (kept[0]["p50"], kept[0]["p95"]) == (1.0, 1.1)
    assert kept[2]["p50"] is None


def test_a_chart_is_readable_and_has_a_row_for_each_figure(tmp_path: Path) -> None:
    (path,) = charts.save([GAP, SHARE, EMPTY], tmp_path, "table")
    words = [each.text for each in ET.parse(path).iter() if each.tag.endswith("text")]
    assert "pipeline, <models> & all" in words
    assert "1.00 / 1.10" in words


def test_nothing_in_seconds_makes_no_chart(tmp_path: Path) -> None:
    assert charts.save([SHARE, EMPTY], tmp_path, "table") == []

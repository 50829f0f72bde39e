"""The board and the alerts ask for figures that a worker really serves."""

import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.records.record import EndReason
from bot.worker.figures.metrics import Metrics
from tests.deploy.manifests import DEPLOY, documents

pytestmark = pytest.mark.unit

MONITORING = DEPLOY / "monitoring"
FILES = ("monitoring/alerts.yaml", "monitoring/board.json", "kubernetes/keda.yaml")
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


def served() -> set[str]:
    """Every name that one can ask Prometheus for."""
    families = text_string_to_metric_families(Metrics().text().decode())
    return {each.name + suffix for each in families for suffix in SUFFIXES[each.type]}


@pytest.mark.parametrize("file", FILES)
def test_every_figure_exists(file: str) -> None:
    text = (DEPLOY / file).read_text(encoding="utf-8")
    named = set(re.findall(r"\bstoryline_\w+", text))
    assert named and named <= served()


def test_the_board_shows_every_figure() -> None:
    text = (MONITORING / "board.json").read_text(encoding="utf-8")
    shown = set(re.findall(r"\bstoryline_\w+", text))
    unused = ("_sum", "_count", "_created")
    assert {name for name in served() if not name.endswith(unused)} <= shown
    json.loads(text)


def test_the_reasons_that_wake_somebody_exist() -> None:
    text = (MONITORING / "alerts.yaml").read_text(encoding="utf-8")
    named = {each for group in re.findall(r'reason=~"([^"]+)"', text) for each in group.split("|")}
    assert named == {EndReason.CRASHED, EndReason.FAILED, EndReason.PROVIDER_FAILURE}


def test_the_page_on_deploying_names_every_alert_that_wakes_somebody() -> None:
    page = (DEPLOY.parent / "docs" / "deploy.md").read_text(encoding="utf-8")
    (rules,) = documents("monitoring", "alerts.yaml")
    paging = {
        rule["alert"]
        for rule in rules["groups"][0]["rules"]
        if rule["labels"]["severity"] == "page"
    }
    assert paging == set(re.findall(r"`(Storyline\w+)`", page))


def test_a_new_worker_is_begun_before_the_old_ones_are_full() -> None:
    (scaled,) = documents("kubernetes", "keda.yaml")
    (kustomization,) = documents("kubernetes", "kustomization.yaml")
    (generator,) = kustomization["configMapGenerator"]
    settings = dict(each.split("=") for each in generator["literals"])
    (trigger,) = scaled["spec"]["triggers"]
    assert int(trigger["metadata"]["threshold"]) < int(settings["STORYLINE_MAX_CALLS"])

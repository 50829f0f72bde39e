"""A deployment cuts nobody off: every supervisor waits longer than calls may go on."""

import re

import pytest

from bot.settings.groups import WorkerSettings
from tests.deploy.manifests import DEPLOY, documents, duration_s, pods, services, unit

pytestmark = pytest.mark.unit

DRAIN_S: float = WorkerSettings.model_fields["drain_s"].default
# After the drain Echo says goodbye; her last words have 60 s (docs/operations.md).
NEEDED_S = DRAIN_S + 60


@pytest.mark.parametrize("name", ["worker", "sip", "livekit"])
def test_compose_waits_for_the_calls(name: str) -> None:
    assert duration_s(services()[name]["stop_grace_period"]) >= NEEDED_S


def test_systemd_waits_for_the_calls() -> None:
    service = unit("worker")["Service"]
    assert float(service["TimeoutStopSec"]) >= NEEDED_S


def test_systemd_does_not_end_the_processes_of_calls() -> None:
    assert unit("worker")["Service"]["KillMode"] == "mixed"


@pytest.mark.parametrize("name", ["storyline-worker", "livekit-sip"])
def test_kubernetes_waits_for_the_calls(name: str) -> None:
    assert dict(pods())[name]["terminationGracePeriodSeconds"] >= NEEDED_S


def test_kubernetes_drains_as_long_as_the_manifests_were_made_for() -> None:
    (kustomization,) = documents("kubernetes", "kustomization.yaml")
    (settings,) = kustomization["configMapGenerator"]
    assert f"STORYLINE_DRAIN_S={DRAIN_S:g}" in settings["literals"]


def test_kubernetes_takes_no_worker_away_before_there_is_another() -> None:
    (worker,) = documents("kubernetes", "worker.yaml")
    assert worker["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    (container,) = worker["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/ready"


def test_docker_runs_the_worker_itself_so_that_it_gets_the_signal() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^CMD \[", dockerfile, re.MULTILINE)
    times = re.findall(r"--time (\d+)", dockerfile)
    assert times and all(float(each) >= NEEDED_S for each in times)

"""The manifests set what the bot reads: a misspelt name would keep every worker from starting."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.deploy.manifests import DEPLOY, ROOT, documents, pods, services

pytestmark = pytest.mark.unit

# Not ours: what the images of LiveKit and PostgreSQL read.
OTHERS = {
    "LIVEKIT_CONFIG",
    "SIP_CONFIG_BODY",
    "POSTGRES_DB",
    "POSTGRES_PASSWORD",
    "POSTGRES_USER",
}


def documented() -> set[str]:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z0-9_]+)` \|", page, re.MULTILINE))


def named_by_compose() -> Iterator[str]:
    for service in services().values():
        yield from service.get("environment", {})
    for file in ("compose.yaml", "env.example"):
        text = (DEPLOY / file).read_text(encoding="utf-8")
        yield from re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)
        yield from re.findall(r"\$\{([A-Z0-9_]+)", text)


def named_by_kubernetes() -> Iterator[str]:
    (kustomization,) = documents("kubernetes", "kustomization.yaml")
    for generator in kustomization["configMapGenerator"]:
        yield from (each.partition("=")[0] for each in generator["literals"])
    for _, pod in pods():
        for container in pod["containers"]:
            yield from (each["name"] for each in container.get("env", []))


def test_every_name_in_compose_is_a_setting() -> None:
    assert set(named_by_compose()) - documented() == OTHERS


def test_every_name_in_the_kubernetes_manifests_is_a_setting() -> None:
    assert set(named_by_kubernetes()) - documented() - OTHERS == set()


def test_compose_asks_for_all_that_must_be_set() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    needed = set(re.findall(r"^\| `([A-Z0-9_]+)` \| must be set", page, re.MULTILINE))
    assert needed <= set(named_by_compose())


def test_kubernetes_adds_no_settings_of_its_own() -> None:
    """A Service named storyline-desk becomes STORYLINE_DESK_PORT=tcp://... in every pod."""
    ours = {name: pod for name, pod in pods() if name.startswith("storyline-")}
    assert len(ours) == 4
    assert [name for name, pod in ours.items() if pod.get("enableServiceLinks", True)] == []


def test_nobody_is_root() -> None:
    ours = {name: pod for name, pod in pods() if name.startswith("storyline-")}
    assert all(pod["securityContext"]["runAsNonRoot"] for pod in ours.values())
    assert "\nUSER 10001\n" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_the_version_is_the_one_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    (kustomization,) = documents("kubernetes", "kustomization.yaml")
    assert [each["newTag"] for each in kustomization["images"]] == [version]
    for file in ("compose.yaml", "Dockerfile"):
        text = (DEPLOY / file).read_text(encoding="utf-8")
        assert set(re.findall(r"storyline:(\d[\d.]*)", text)) == {version}, file


def test_the_image_is_made_by_the_uv_that_we_use() -> None:
    setup = (ROOT / "local" / "setup" / "setup.sh").read_text(encoding="utf-8")
    version = re.search(r"UV_VERSION=([\d.]+)", setup)
    assert version is not None
    assert f"uv=={version[1]}\n" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_the_livekit_programs_are_the_ones_that_are_tested() -> None:
    for image, module in (("livekit-server", "livekit-server"), ("sip", "livekit-sip")):
        go = (ROOT / "local" / "go" / module / "go.mod").read_text(encoding="utf-8")
        version = re.search(rf"github.com/livekit/{image} (v[\d.]+)", go)
        assert version is not None
        named = set()
        for file in ("compose.yaml", "kubernetes/sip.yaml"):
            text = (DEPLOY / file).read_text(encoding="utf-8")
            named |= set(re.findall(rf"image: livekit/{image}:(\S+)", text))
        assert named == {version[1]}


def test_the_firewall_lets_through_what_the_sip_service_uses() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    ports = re.findall(r"(?:rtp_port|sip_port|udp_port|tcp_port): ([\d-]+)", text)
    assert len(ports) == 4
    assert [each for each in ports if not re.search(rf"^\|.*\b{each}\b", page, re.MULTILINE)] == []

"""What `deploy/` says, read as the tools read it."""

import re
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"

_UNIT_S = {"h": 3600, "m": 60, "s": 1}


def documents(*path: str) -> list[dict[str, Any]]:
    """Every document of one YAML file below `deploy/`."""
    return list(YAML(typ="safe").load_all(DEPLOY.joinpath(*path)))


def services() -> dict[str, dict[str, Any]]:
    """The services of compose.yaml, merged as compose merges them."""
    (compose,) = documents("compose.yaml")
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each workload of the Kubernetes manifests: its name and the spec of its pods."""
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for each in documents("kubernetes", path.name):
            if "template" in each.get("spec", {}):
                yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def unit(name: str) -> ConfigParser:
    """One systemd unit; sections and keys as written."""
    parser = ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "systemd" / f"storyline-{name}.service")
    return parser


def duration_s(text: str) -> float:
    """Seconds of a compose duration such as 31m or 1h30m."""
    parts = re.findall(r"(\d+)([hms])", text)
    return float(sum(int(number) * _UNIT_S[name] for number, name in parts))

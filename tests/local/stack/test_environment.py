import os
import subprocess
from pathlib import Path

import pytest

from local.stack.environment import clean_environment, write_environment

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "name",
    [
        "LIVEKIT_URL",
        "OPENAI_API_KEY",
        "DEEPGRAM_API_KEY",
        "STORYLINE_VOICE",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "PORT",
        "LOG_LEVEL",
    ],
)
def test_the_developers_own_settings_do_not_reach_the_stack(name: str) -> None:
    assert name not in clean_environment({name: "mine"})


def test_the_rest_of_the_environment_stays() -> None:
    clean = clean_environment({"PATH": "/bin", "STORYLINE_CACHE": "/cache"})

    assert clean["PATH"] == "/bin"
    assert clean["STORYLINE_CACHE"] == "/cache"


def test_no_proxy_stands_between_the_parts() -> None:
    clean = clean_environment({"NO_PROXY": "elsewhere"})

    assert clean["NO_PROXY"] == clean["no_proxy"] == "127.0.0.1,localhost"


def test_the_written_environment_is_private_and_read_by_a_shell(tmp_path: Path) -> None:
    path, value = tmp_path / "line.env", "it's 100 % of $HOME"
    write_environment(path, {"DATABASE_URL": value})

    assert path.stat().st_mode & 0o777 == 0o600
    shown = subprocess.run(
        ["sh", "-c", f"set -a; . {path}; set +a; exec printenv DATABASE_URL"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == f"{value}\n"

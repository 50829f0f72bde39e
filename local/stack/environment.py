"""The environment of the stack's children: ours alone, nothing of the developer's own keys."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

OURS = ("LIVEKIT_", "OPENAI_", "DEEPGRAM_", "STORYLINE_", "OTEL_")
ALSO_OURS = frozenset(
    ("DATABASE_URL", "CRM_WEBHOOK_URL", "PORT", "LOG_LEVEL", "SIP_CONFIG_BODY", "NODE_IP")
)
KEPT = frozenset(("STORYLINE_CACHE",))  # says where things are kept, not how they behave


def clean_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without any setting of the product.

    A key exported in the developer's shell must not reach a worker that is meant to talk to this
    machine alone, and a proxy must not stand between the parts.
    """
    source = os.environ if environ is None else environ
    kept = {
        name: value
        for name, value in source.items()
        if name in KEPT or not (name.startswith(OURS) or name in ALSO_OURS)
    }
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


def write_environment(path: Path, env: Mapping[str, str]) -> None:
    """Write it for a shell (`set -a; . FILE`) or an env-file, readable by its owner alone."""
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in env.items()))

"""Where the programs are that the stack starts."""

import hashlib
import os
import shutil
from pathlib import Path

from local.stack.errors import ProgramMissing

REPOSITORY = Path(__file__).resolve().parents[3]

# The two that set-up builds from the pinned Go modules below local/go/.
BUILT = ("livekit-server", "livekit-sip")


def cache_dir() -> Path:
    """Where set-up keeps what it built or installed, outside the tree."""
    return Path(os.environ.get("STORYLINE_CACHE") or Path.home() / ".cache" / "storyline")


def built_program(name: str) -> Path:
    """The path at which set-up puts a program built from the pinned module of that name.

    The key is the module's go.sum: other versions are other paths. local/setup/setup.sh
    computes the same.
    """
    pins = (REPOSITORY / "local" / "go" / name / "go.sum").read_bytes()
    return cache_dir() / f"{name}-{hashlib.sha256(pins).hexdigest()[:12]}" / name


def find_program(name: str) -> Path:
    """The program on PATH, else the one that set-up built; raises ProgramMissing."""
    on_path = shutil.which(name)
    if on_path is not None:
        return Path(on_path)
    if name in BUILT and os.access(built_program(name), os.X_OK):
        return built_program(name)
    raise ProgramMissing(name, "Run `make setup`, or put it on PATH.")

"""Which version this is. The one place where it is written is pyproject.toml."""

from importlib.metadata import version

VERSION = version("storyline")

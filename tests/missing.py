"""A program that a test needs and that is not there."""

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test on a laptop, and fail it in CI, which installs everything."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)

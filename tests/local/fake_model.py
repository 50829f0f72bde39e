"""A model without weights, for an engine of the tests."""

import itertools
import os
import sys
import time
from pathlib import Path


class FakeModel:
    def __init__(self) -> None:
        self._turns = itertools.count()

    def ready(self) -> None:
        sys.stdout.write("a library says hello\n")

    def echo(self, text: str, payload: bytes) -> tuple[str, bytes]:
        return text, payload

    def turn(self) -> int:
        return next(self._turns)

    def fail(self) -> None:
        raise ValueError("what is this?")

    def work(self, started: Path) -> None:
        started.touch()
        time.sleep(60)

    def be_busy(self, until: Path) -> None:
        while not until.exists():
            time.sleep(0.005)

    def pid(self) -> int:
        return os.getpid()

    def die(self) -> None:
        os._exit(9)

    def die_once(self, died: Path) -> str:
        if died.exists():
            return "alive"
        died.touch()
        os._exit(9)


class Broken:
    def __init__(self) -> None:
        raise FileNotFoundError("no model here")


MODEL = Broken if "STORYLINE_TEST_BROKEN" in os.environ else FakeModel

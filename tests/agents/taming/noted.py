"""Notices, kept for a test to look at."""

from agents.taming.notices import Notice


class Noted:
    """A list of what was noticed, with its detail."""

    def __init__(self) -> None:
        self.all: list[tuple[Notice, str]] = []

    def __call__(self, notice: Notice, detail: str) -> None:
        self.all.append((notice, detail))

    @property
    def kinds(self) -> list[Notice]:
        return [notice for notice, _ in self.all]

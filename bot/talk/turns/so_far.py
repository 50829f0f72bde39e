"""The caller's words since Echo was heard, final and not."""


class SoFar:
    """What was heard since Echo was."""

    def __init__(self, *, english: bool = True) -> None:
        self.finals: list[str] = []
        self.interim = ""
        self.prepared = ""
        self.english = english

    @property
    def text(self) -> str:
        return " ".join([*self.finals, self.interim]).strip()

    def add(self, text: str) -> None:
        self.finals.append(text)
        self.interim = self.prepared = ""

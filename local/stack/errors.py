"""What can go wrong while the local stack starts: each error says which part, and what to do."""

from pathlib import Path


class StackError(Exception):
    """Root of this room's errors."""


class ProgramMissing(StackError):
    """A program the stack needs is neither on PATH nor in the cache."""

    def __init__(self, program: str, remedy: str) -> None:
        super().__init__(f"{program} was not found. {remedy}")
        self.program = program


class PartFailed(StackError):
    """One part of the stack did not start, or ended by itself; carries the end of its log."""

    def __init__(self, part: str, reason: str, log_path: Path, log_tail: str) -> None:
        shown = log_tail or "(nothing was written)"
        super().__init__(f"{part}: {reason}\nThe end of {log_path}:\n{shown}")
        self.part = part
        self.reason = reason
        self.log_path = log_path
        self.log_tail = log_tail

    @property
    def port_was_taken(self) -> bool:
        """True when another program took the port between our probe and the part's own bind."""
        return "address already in use" in self.log_tail.lower()


def first(failures: BaseExceptionGroup[StackError]) -> StackError:
    """The one error to be told of several."""
    failure = failures.exceptions[0]
    return first(failure) if isinstance(failure, BaseExceptionGroup) else failure

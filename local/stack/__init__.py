"""The local stack: real LiveKit servers, model providers and the worker on this machine."""

from local.stack.errors import PartFailed, ProgramMissing, StackError
from local.stack.stack import Stack

__all__ = ["PartFailed", "ProgramMissing", "Stack", "StackError"]

"""A rule-based storyteller that stands in for a language model. It says so when asked.

Pure and stateless: everything is derived from the history, as with a real model.
"""

from local.storyteller.brain import reply
from local.storyteller.messages import Message, Reply, ToolCall

__all__ = ["Message", "Reply", "ToolCall", "reply"]

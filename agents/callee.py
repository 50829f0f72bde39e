"""Whom Echo calls, and what Echo says first to somebody who did not call."""

from dataclasses import dataclass
from typing import Self

from agents.prompts import load_prompt
from agents.story import StoryData, clean_fact


@dataclass(frozen=True, slots=True)
class Callee:
    """What is known beforehand of the person who is called; empty where nothing is."""

    name: str = ""
    location: str = ""

    @classmethod
    def known(cls, name: str | None, location: str | None) -> Self:
        """From what somebody typed: cleaned like a fact that a caller told."""
        return cls(clean_fact(name or ""), clean_fact(location or ""))

    def opening(self, who: str) -> str:
        """Who is calling and why, in one sentence; `who` says who Echo is."""
        if self.name:
            return load_prompt("opening", name=self.name, who=who)
        return load_prompt("opening_unnamed", who=who)

    @property
    def question(self) -> str:
        """What has to be asked before a story can be told; "" when nothing has."""
        if self.name and self.location:
            return ""
        if self.name:
            return load_prompt("ask_location")
        return load_prompt("ask_name" if self.location else "ask_both")

    @property
    def instructions(self) -> str:
        """The introduction's instructions, with what is known in them."""
        return load_prompt(
            "intro_callee", name=self.name or "unknown", location=self.location or "unknown"
        )

    def story(self, name: str = "", location: str = "") -> StoryData:
        """The facts of the story: what the callee told, and what was known beforehand."""
        return StoryData.from_caller(name or self.name, location or self.location)

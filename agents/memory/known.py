"""What Echo knows of her callers from before, and whether the caller is one of them."""

from dataclasses import dataclass

from agents.prompts import load_prompt

# What the storyteller may bring up of earlier calls.
_LINES = 3


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who wanted to be remembered. `lines` begin with "you" and tell one story each, the
    oldest first.
    """

    name: str
    location: str = ""
    lines: tuple[str, ...] = ()

    @property
    def instructions(self) -> str:
        """The introduction's, for somebody who may be them."""
        return load_prompt("intro_known", name=self.name, location=self.location or "unknown")

    @property
    def question(self) -> str:
        """What somebody is asked who may be them."""
        who = f"{self.name} in {self.location}" if self.location else self.name
        if self.lines:
            return load_prompt("same_person_told", known=who, told=self.lines[-1])
        return load_prompt("same_person", known=who)

    @property
    def welcome(self) -> str:
        """What they hear when they were not expected, and have said their name."""
        if self.lines:
            return load_prompt("welcome_told", name=self.name, told=self.lines[-1])
        return load_prompt("welcome", name=self.name)

    @property
    def before(self) -> str:
        """What the storyteller is told of earlier calls; "" when nothing was told to its end."""
        if not self.lines:
            return ""
        return load_prompt("story_before", before="; ".join(self.lines[-_LINES:]))

    def is_called(self, name: str) -> bool:
        """Whether `name` is theirs, by its first word."""
        return first_name(name) == first_name(self.name) != ""


@dataclass(frozen=True, slots=True)
class Past:
    """Everybody who is remembered under the number of a call, whoever called last first.

    `told`: ids of all premises that were begun for them, the oldest first. `may_be_told`: the
    number is certainly the caller's. Otherwise nothing is said of it before the name is.
    """

    people: tuple[Known, ...] = ()
    told: tuple[str, ...] = ()
    may_be_told: bool = False

    @property
    def expected(self) -> Known | None:
        """Whom Echo may ask for by name."""
        return self.people[0] if self.people and self.may_be_told else None

    def who_is(self, name: str) -> Known | None:
        """The one of them with this name."""
        return next((each for each in self.people if each.is_called(name)), None)


def first_name(name: str) -> str:
    """The first word of a name, as names are compared."""
    return next(iter(name.casefold().split()), "")

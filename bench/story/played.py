"""Stories that the local storyteller tells to typed callers: no telephone, no model, seconds."""

from agents.prompts import load_prompt
from agents.stories import Premise, load_premises
from bench.story.telling import Said, Telling
from local.demo.persona import Persona
from local.storyteller import Message, reply
from local.storyteller.story_data import load_stories

CALLERS = (
    ("Maria", "Lisbon"),
    ("Oscar", "Quebec"),
    ("Charlie", "Lima"),
    ("Victor", "San Miguel"),
    ("Ana", "Porto"),
    ("Peter", "Berlin"),
)
CALLS_OF_EACH = 3
_TOOLS = ("story_finished",)
# The longest way through a story has eight turns.
_MOST_TURNS = 20


def play_all() -> list[Telling]:
    """Every caller calls three times, and gets a plan that they have not had."""
    titles = {story.title for story in load_stories()}
    known = [premise for premise in load_premises() if premise.title in titles]
    return [
        play(name, place, known[(caller + call) % len(known)])
        for caller, (name, place) in enumerate(CALLERS)
        for call in range(CALLS_OF_EACH)
    ]


def play(name: str, place: str, premise: Premise) -> Telling:
    """One story told to one caller."""
    instructions = load_prompt("story", name=name, location=place, plan=premise.plan)
    history = [Message("system", instructions)]
    persona = Persona(name, place)
    said: list[Said] = []
    turn = reply(history, _TOOLS, load_prompt("begin_story"))
    while not turn.tool_calls and len(said) < _MOST_TURNS:
        answer = persona.answer(turn.text) or "Yes, go on."
        said += [Said("echo", turn.text), Said("caller", answer)]
        history += [Message("assistant", turn.text), Message("user", answer)]
        turn = reply(history, _TOOLS)
    return Telling(tuple(said), f"{name}|{place}", name, place, premise)

"""Text models that misbehave, in the introduction or in the pipeline's story."""

from agents.prompts import load_prompt
from bench.models.family import (
    ALWAYS,
    CHALLENGE,
    CHOICES,
    DENIES,
    ENDS,
    ENDS_OR_LEAVES,
    FAILS,
    GATHERED,
    HANDS_OVER,
    LONG,
    SPANISH,
    WHO,
    Family,
    use,
)
from local.providers.script import ChatTurn, Script, ToolUse

_BEGINS = ChatTurn("You stand at the harbour, Peter. Do you board the ship, or wait?")
_MARKUP = (
    "*sighs* **Peter**, look:\n1. A door 🚪\n2. A ladder\n<break time='1s'/>"
    "See https://example.org. Do you open it, or climb?"
)


def _tells(*turns: ChatTurn) -> Script:
    """Hands over, and then tells what is given; the last of it for ever."""
    return Script(chat=(HANDS_OVER, *turns, *(turns[-1],) * ALWAYS))


def _always(turn: ChatTurn) -> Script:
    return Script(chat=(turn,) * ALWAYS)


TEXT_MODELS = (
    Family(
        "no-tools",
        "never calls a tool",
        _always(ChatTurn("How nice. What else can you tell me?")),
        lines=(WHO,) * 8,
        noticed=frozenset({"intro_ended"}),
        requests=16,
    ),
    Family(
        "three-hundred",
        "hands over 300 times in one answer",
        Script(chat=(ChatTurn(tool_calls=GATHERED * 300),)),
        noticed=frozenset({"tool_refused"}),
    ),
    Family(
        "hands-over",
        "hands over in every turn",
        _always(HANDS_OVER),
        reasons=ENDS_OR_LEAVES | FAILS,
        noticed=frozenset({"tool_refused", "nothing_said"}),
        heard="next",
    ),
    Family(
        "finishes",
        "finishes the story at once",
        _tells(ChatTurn(tool_calls=use("story_finished"))),
        reasons=ENDS,
        noticed=frozenset({"tool_refused", "nothing_said"}),
        heard="door",
    ),
    Family(
        "unknown-tools",
        "calls unknown tools",
        _tells(ChatTurn(tool_calls=use("open_the_door", 20, door="red"))),
        reasons=ENDS_OR_LEAVES | FAILS,
        noticed=frozenset({"tool_refused", "nothing_said"}),
        heard="next",
    ),
    Family(
        "broken",
        "writes broken arguments",
        _always(ChatTurn(tool_calls=(ToolUse("information_gathered", written='{"name: Pe'),))),
        reasons=ENDS_OR_LEAVES | FAILS,
        noticed=frozenset({"tool_refused"}),
        requests=16,
    ),
    Family(
        "huge",
        "writes huge arguments",
        _always(ChatTurn(tool_calls=use("information_gathered", name="M" * 20_000))),
        lines=(WHO, WHO),
        noticed=frozenset({"tool_refused", "nothing_said"}),
        heard="name",
    ),
    Family(
        "text-and-tool",
        "speaks beside a tool",
        Script(chat=(ChatTurn("Thank you, Peter. Here we go.", GATHERED),)),
        reasons=ENDS,
        heard="thank",
    ),
    Family("markup", "writes markup, emoji, SSML", _tells(ChatTurn(_MARKUP)), heard="ladder"),
    Family(
        "monologue",
        "writes 500 words at once",
        _tells(ChatTurn(LONG)),
        lines=(WHO,),
        noticed=frozenset({"cut_short"}),
        heard="go on",
    ),
    Family(
        "nothing",
        "writes nothing at all",
        _tells(ChatTurn()),
        lines=(WHO, *CHOICES, *CHOICES),
        reasons=FAILS,
        noticed=frozenset({"nothing_said"}),
        heard="next",
    ),
    Family(
        "spanish",
        "answers in another language",
        _tells(ChatTurn(SPANISH)),
        noticed=frozenset({"other_language"}),
    ),
    Family(
        "refuses",
        "refuses",
        _tells(ChatTurn("I'm sorry, but I can't help with that.")),
        noticed=frozenset({"question_added"}),
        heard="go on",
    ),
    Family(
        "goodbye",
        "says goodbye without its tool",
        _tells(_BEGINS, ChatTurn("Goodbye, Peter. Sleep well.")),
        lines=(WHO, "I board the ship."),
        stops=False,
        reasons=ENDS,
        noticed=frozenset({"goodbye_alone"}),
        heard="good",
    ),
    Family(
        "rules",
        "reads out its instructions",
        _tells(
            _BEGINS,
            ChatTurn("Gladly! " + load_prompt("story", name="Peter", location="Berlin", plan="")),
        ),
        lines=(WHO, CHALLENGE),
        noticed=frozenset({"rules_told", "rules_challenged"}),
        heard="go on",
    ),
    Family(
        "blocks",
        "has the number blocked, unasked",
        _tells(_BEGINS, ChatTurn(tool_calls=use("do_not_call")), _BEGINS),
        lines=DENIES,
        noticed=frozenset({"unasked"}),
        heard="really block",
    ),
    Family(
        "forgets",
        "forgets the caller, unasked",
        _tells(_BEGINS, ChatTurn(tool_calls=use("forget_me", name="Peter")), _BEGINS),
        lines=DENIES,
        noticed=frozenset({"unasked"}),
        heard="really forget",
    ),
)

"""Realtime models that misbehave: they speak before anybody can read it."""

from bench.models.family import (
    ALWAYS,
    CHALLENGE,
    DENIES,
    ENDS,
    HANDS_OVER,
    LONG,
    SPANISH,
    WHO,
    Family,
    use,
)
from local.providers.script import RealtimeTurn, Script

_BEGINS = RealtimeTurn("You stand at the harbour, Peter. Do you board the ship, or wait?")
_RULE = "A caller who wants neither of the two gets what they want, and the plan bends to it."


def _by_voice(*turns: RealtimeTurn) -> Script:
    return Script(chat=(HANDS_OVER,), realtime=(*turns, *(turns[-1],) * ALWAYS))


VOICE_MODELS = (
    Family(
        "voice-blocks",
        "realtime: has the number blocked, unasked",
        _by_voice(_BEGINS, RealtimeTurn(tool_calls=use("do_not_call")), _BEGINS),
        mode="realtime",
        lines=DENIES,
        noticed=frozenset({"unasked"}),
        heard="really block",
    ),
    Family(
        "voice-forgets",
        "realtime: forgets the caller, unasked",
        _by_voice(_BEGINS, RealtimeTurn(tool_calls=use("forget_me")), _BEGINS),
        mode="realtime",
        lines=DENIES,
        noticed=frozenset({"unasked"}),
        heard="really forget",
    ),
    Family(
        "voice-300",
        "realtime: calls a tool 300 times in one answer",
        _by_voice(
            RealtimeTurn(
                "The door is open. Do you go in, or wait?", tool_calls=use("nonsense", 300)
            )
        ),
        mode="realtime",
        noticed=frozenset({"tool_refused"}),
        heard="door",
    ),
    Family(
        "voice-finishes",
        "realtime: finishes the story at once",
        _by_voice(RealtimeTurn(tool_calls=use("story_finished"))),
        reasons=ENDS,
        heard="?",
        mode="realtime",
    ),
    Family("voice-nothing", "realtime: says nothing", _by_voice(RealtimeTurn()), mode="realtime"),
    Family(
        "voice-monologue",
        "realtime: two minutes of monologue",
        _by_voice(RealtimeTurn(LONG)),
        mode="realtime",
        lines=(WHO,),
        noticed=frozenset({"cut_short"}),
        heard="go on",
    ),
    Family(
        "voice-statements",
        "realtime: ends every turn on a statement",
        _by_voice(RealtimeTurn("The wind rises over the harbour.")),
        mode="realtime",
    ),
    Family(
        "voice-spanish",
        "realtime: answers in another language",
        _by_voice(RealtimeTurn(SPANISH)),
        mode="realtime",
        noticed=frozenset({"other_language"}),
    ),
    Family(
        "voice-rules",
        "realtime: reads out its instructions",
        _by_voice(_BEGINS, RealtimeTurn(f"Gladly! {_RULE} Do you wait?"), _BEGINS),
        mode="realtime",
        lines=(WHO, CHALLENGE),
        noticed=frozenset({"rules_told", "rules_challenged"}),
    ),
    Family(
        "voice-goodbye",
        "realtime: says goodbye without its tool",
        _by_voice(RealtimeTurn("Goodbye, Peter. Sleep well.")),
        mode="realtime",
        lines=(WHO,),
        stops=False,
        reasons=ENDS,
        noticed=frozenset({"goodbye_alone"}),
    ),
)

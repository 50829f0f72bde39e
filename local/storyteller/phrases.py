"""What a caller may mean by a few words, as a speech recognizer writes them.

Every function takes what `plain` returns: lower case, no punctuation, single spaces.
"""

import re

from local.storyteller.vocabulary import word_list

# What Whisper writes for silence, breath and noise.
NOISE = re.compile(
    r"(you|thank you|thanks|thanks for watching|thank you for watching|um+|uh+|hm+|mm+|ah|oh|so|"
    r"bye bye bye|music|silence|blank audio|the|and|i|a|okay so|well|huh|eh|laughter|laughs|"
    r"(ha|heh|hee|ho)( ?(ha|heh|hee|ho))+)"
)

_YES = re.compile(
    r"\b(yes|yeah|yep|yup|yea|ya|yah|sure|ok|okay|of course|certainly|absolutely|definitely|"
    r"please do|go ahead|gladly|alright|all right|mm hmm|uh huh|mhm|why not|i do|i would|i will|"
    r"i like|i d like|i d love|love to|sounds good|exactly|correct|please)\b"
)
_NO = re.compile(
    r"\b(no|nope|nah|not|never|don t|dont|do not|won t|no thanks|rather not|neither|nothing)\b"
)
# A short "no" over the telephone is often heard as "now".
_LONE_NO = re.compile(r"(no|now|know|nope|nah|noo+|mm mm|uh uh)")
_STOP_WORD = re.compile(
    r"\bstop(ping)?\b(?! (the (?!story|call|tale)|him|her|them|and|at|to|by|for|in|on|with|a\b))"
)
_STOP = re.compile(
    r"\b(that s enough|that is enough|thats enough|enough for|(had|heard) enough|"
    r"(have|got|need|want|must|ve got|ought) (to )?(go|leave|hang up)( now)?$|"
    r"(have|got|need|must|ve got) to (go|leave|hang up|run)\b"
    r"(?! (up|down|in|to|into|on|home with))|"
    r"gotta (go|run)|i must go|(i am|i m|im) (leaving|done|finished)|"
    r"(?<!say )(?<!say a )(good ?bye|bye bye|bye|good night)\b(?! to)|"
    r"(end|finish|quit|close) (it|this|that|here|now|the (story|call|tale|book))|hang up|"
    r"no more|(want|like) to (end|finish|quit|stop)|let s (end|finish|quit|call it)|"
    r"talk to you later|see you later|leave me alone)\b"
)
_KEEP_ON = re.compile(r"\b(don t|do not|dont|never|not|won t) (you )?(stop|end|finish|hang up)\b")
_GO_ON = re.compile(
    r"\b(go on|go ahead|carry on|continue|keep (going|on)|keep talking|next|proceed|more|"
    r"what happens (next|then)|and then|then what|resume|tell me|where were we|not yet|listening)\b"
)
_WAIT = re.compile(
    r"(oh |no |hey |please |sorry |um |uh )*(wait|hold on|hang on|one moment|just a moment|"
    r"one second|just a second|a moment|a second|excuse me|hey|hello|hi|sorry|listen|echo|pause)\b"
    r"(\W*\b(wait|a|one|minute|moment|second|please|there|up|on|sorry|echo|hello|hi|hey|for))*"
)
_REPEAT = re.compile(
    r"\b(repeat|say (that|it|this) again|(one|once) more time|come again|pardon|"
    r"didn t (hear|catch|understand|get)|did not (hear|catch|understand|get)|"
    r"what (did|do) you say|what was (that|the question)|what s the question|"
    r"what were the|couldn t hear|can t hear|say again|i don t understand|"
    r"(speak|talk) (more slowly|slower)|last part again)\b"
)
_LONE_REPEAT = re.compile(
    r"((sorry|wait|excuse me|i m sorry|huh) )*(what|huh|pardon|sorry what|again)"
)
_ANOTHER = re.compile(
    r"\b((another|different|other|new|next|one more|second) (story|tale|one)|one more|another)\b"
)
_UNDECIDED = re.compile(
    r"\b(don t know|do not know|not sure|no idea|dunno|don t care|do not care|"
    r"you (choose|decide|pick)|up to you|whatever|anything|either|both|whichever|"
    r"can t decide|your choice)\b"
)
_RUDE = word_list("rude")


def plain(text: str) -> str:
    """Lower case words with single spaces; stage directions such as "[BLANK_AUDIO]" removed."""
    without_notes = re.sub(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|♪[^♪]*♪?", " ", text)
    return " ".join(re.findall(r"[^\W_]+", without_notes.lower()))


def is_noise(words: str) -> bool:
    """Nothing that somebody meant to say."""
    return not words or NOISE.fullmatch(words) is not None


def is_rude(words: str) -> bool:
    """Holds a word that Echo will not say; mostly a place that was misheard."""
    return not _RUDE.isdisjoint(words.split())


def is_stop(words: str) -> bool:
    """The caller wants the story to end, without doubt."""
    if _KEEP_ON.search(words):
        return False
    short = len(words.split()) <= 7
    return (short and _STOP_WORD.search(words) is not None) or _STOP.search(words) is not None


def is_yes(words: str) -> bool:
    return _YES.search(words) is not None and not is_no(words)


def is_no(words: str) -> bool:
    return _LONE_NO.fullmatch(words) is not None or (
        _NO.search(words) is not None and "why not" not in words
    )


def is_go_on(words: str) -> bool:
    return _GO_ON.search(words) is not None or _KEEP_ON.search(words) is not None


def is_wait(words: str) -> bool:
    """An interruption without content."""
    return _WAIT.fullmatch(words) is not None


def is_repeat(words: str) -> bool:
    return _REPEAT.search(words) is not None or _LONE_REPEAT.fullmatch(words) is not None


def is_another(words: str) -> bool:
    return _ANOTHER.search(words) is not None and not is_no(words)


def is_undecided(words: str) -> bool:
    return _UNDECIDED.search(words) is not None

"""Whether words are English: a guess that costs nothing, for whoever counts."""

from agents.taming.words import words_in

# Words that hardly an English sentence of a story does without, and that are not common in the
# languages with the same letters.
# fmt: off
_COMMON = frozenset((
    "and", "are", "at", "but", "by", "can", "for", "from", "go", "have", "her", "his", "how", "i",
    "into", "is", "it", "it's", "its", "let", "like", "of", "or", "out", "shall", "she", "that",
    "the", "their", "them", "then", "there", "they", "this", "to", "up", "we", "what", "where",
    "which", "who", "will", "with", "would", "yes", "you", "you're", "your",
))
# fmt: on
# Fewer words may be a name, a place or a cry.
_FEWEST = 6
# A tenth of them: a scene of the local storyteller has a fifth at least.
_SHARE = 0.1


def is_foreign(said: str) -> bool:
    """Whether this is hardly English. False for what is too short to tell."""
    letters = [char for char in said if char.isalpha()]
    if len(letters) < _FEWEST:
        return False
    if sum(char.isascii() for char in letters) < len(letters) / 2:
        return True
    words = words_in(said)
    common = sum(word in _COMMON for word in words)
    return len(words) >= _FEWEST and common < len(words) * _SHARE

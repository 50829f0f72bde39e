"""Where the story stands, read from the history.

What Echo said is recognized by its words, so the introduction, fillers, lost turns and
messages cut off by an interruption do no harm: the last scene that was heard counts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from local.storyteller.phrases import plain
from local.storyteller.story_data import Scene, Story, load_stories

# In a row, and at the end of what was said: fewer may be chance, unless the scene is awaited.
LEAST_WORDS = 4
LEAST_WORDS_AWAITED = 2
# Of what was said: a scene said with "Good, we go on." before it is still mostly the scene.
LEAST_PART = 0.4


@dataclass(frozen=True)
class Standing:
    """The story's state between two turns."""

    name: str
    place: str
    story: Story | None = None
    scene: Scene | None = None
    heard_words: int = 0
    """How much of the scene the caller has heard, from its beginning."""
    answers: Mapping[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    """Ids of the stories begun so far."""

    def fill(self, text: str) -> str:
        """The text with the caller's facts and answers in it."""
        return text.format_map(self.filled())

    def filled(self) -> dict[str, str]:
        kinds = self.story.answers if self.story else {}
        defaults = {key: kind.otherwise for key, kind in kinds.items()}
        return {**defaults, **self.answers, "name": self.name, "place": self.place}

    def scene_text(self, scene: Scene | None = None) -> str:
        scene = scene or self.scene
        return self.fill(scene.text) if scene else ""

    def heard_all(self) -> bool:
        """But for a word or two: what an interruption cuts off there is not missed."""
        return self.heard_words >= len(plain(self.scene_text()).split()) - 2

    def unheard(self) -> str:
        """The scene from the first sentence that was not heard whole; its last one if all were."""
        sentences = re.split(r"(?<=[.?!])\s+", self.scene_text())
        count = 0
        for index, sentence in enumerate(sentences):
            count += len(plain(sentence).split())
            if count > self.heard_words:
                return " ".join(sentences[index:])
        return sentences[-1]

    def question(self) -> str:
        """The short form of what the scene asks."""
        return self.fill(self.scene.again) if self.scene else ""


def recognize(standing: Standing, said: str, awaited: str | None) -> Standing | None:
    """The standing after `said` was heard, or None when it is no scene. `awaited` is the id of
    the scene that should come next, of which two words are enough."""
    words = plain(said).split()
    best: Standing | None = None
    best_count = 0
    for story in _candidates(standing):
        at = standing if story is standing.story else _entered(standing, story)
        for scene in story.scenes.values():
            is_awaited = scene.id == awaited and story is standing.story
            is_opening = scene.id == story.start and at is not standing
            count, heard = _overlap(words, plain(at.scene_text(scene)).split())
            least = LEAST_WORDS_AWAITED if is_awaited or is_opening else LEAST_WORDS
            if count < max(least, LEAST_PART * len(words)):
                continue
            if count > best_count or (count == best_count and is_awaited):
                best = replace(at, scene=scene, heard_words=heard)
                best_count = count
    if best is not None and best.scene is standing.scene and best.story is standing.story:
        best = replace(best, heard_words=max(best.heard_words, standing.heard_words))
    return best


def _entered(standing: Standing, story: Story) -> Standing:
    """At the door of another story: what was answered in the last one does not belong here."""
    told = standing.told if story.id in standing.told else (*standing.told, story.id)
    return replace(standing, story=story, scene=None, heard_words=0, answers={}, told=told)


def _candidates(standing: Standing) -> Sequence[Story]:
    """The story under way first."""
    return sorted(load_stories(), key=lambda story: story is not standing.story)


def _overlap(said: Sequence[str], scene: Sequence[str]) -> tuple[int, int]:
    """How many words in a row are common to both, and how far into the scene `said` reaches.

    What follows the common words counts as heard too: it may hold an answer nobody remembers.
    """
    best_count, reached = 0, 0
    lengths = [0] * (len(scene) + 1)
    for position, word in enumerate(said, start=1):
        row = [0] * (len(scene) + 1)
        for index, scene_word in enumerate(scene, start=1):
            if word == scene_word:
                row[index] = lengths[index - 1] + 1
                if row[index] > best_count:
                    best_count = row[index]
                    reached = min(len(scene), index + len(said) - position)
        lengths = row
    return best_count, reached

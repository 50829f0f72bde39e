"""What a model writes, and what of it is said."""

import pytest

from bot.talk.spoken.cleaning import fit_for_the_ear
from bot.talk.spoken.numbers import in_words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "said"),
    [
        # plain words stay as they are
        ("Once upon a time, in Lisbon, Maria's cat said: come!", None),
        ("A well-known door. Do you open it?", None),
        ("“Who is there?” asked the fox…", None),
        ("São João, Zürich, Łódź, 東京?", None),
        # markdown
        ("**Peter** opens the *door*.", "Peter opens the door."),
        ("__Peter__ is _here_.", "Peter is here."),
        ("# The Door\n", "The Door."),
        ("> A quiet night.", "A quiet night."),
        ("- Go left\n- Go right", "Go left. Go right."),
        ("1. Go left\n2. Go right?", "Go left. Go right?"),
        ("• Go left", "Go left."),
        ("```python\nA door opens.\n```", "A door opens."),
        ("Say `open` now.", "Say open now."),
        ("One night.\n---\nA door.", "One night. A door."),
        ("The ~~red~~ blue door.", "The blue door."),
        ("See [the map](https://example.com/map) here.", "See the map here."),
        ("![a dragon](dragon.png) A dragon.", "a dragon A dragon."),
        # addresses
        ("Look at https://example.com/a?b=1.", "Look at a link."),
        ("Look at www.example.com, Peter.", "Look at a link, Peter."),
        ("Write to echo@example.com.", "Write to echo at example dot com."),
        # emoji
        ("A dragon 🐉 waits ✨!", "A dragon waits!"),
        ("Hello 👋🏽 👨‍👩‍👧 there.", "Hello there."),
        ("🇩🇪 ❤️", ""),
        # stage directions
        ("*sighs softly* The night is long.", "The night is long."),
        ("[laughs] Come in.", "Come in."),
        ("(whispering) Come in.", "Come in."),
        ("(pauses for effect) Come in.", "Come in."),
        ("The door (the old one) opens.", "The door, the old one, opens."),
        ("Echo: The door opens.", "The door opens."),
        ("**Narrator:** The door opens.", "The door opens."),
        # markup for voices, and what is not for the caller
        ('<speak>Go <break time="1s"/> left.</speak>', "Go left."),
        ("<p>Fox &amp; hen</p>", "Fox and hen"),
        ("<think>The user wants a story.</think>Once upon a time.", "Once upon a time."),
        ("<think>The user", ""),
        ('<tool_call>{"name": "story_finished"}</tool_call>', ""),
        ('{"name": "story_finished", "arguments": {}}', ""),
        # symbols and numbers
        ("Fox & hen", "Fox and hen"),
        ("50% of it", "fifty percent of it"),
        ("It is 20 °C.", "It is twenty degrees."),
        ("It costs $3.50.", "It costs three point five zero dollars."),
        ("A boy and/or girl", "A boy and or or girl"),
        ("2 + 3", "two plus three"),
        ("Door #2", "Door number two"),
        ("At 7:05 and at 10:30.", "At seven oh five and at ten thirty."),
        ("At 12:00.", "At twelve o'clock."),
        ("1,250 stars", "one thousand two hundred and fifty stars"),
        ("Room 007", "Room zero zero seven"),
        ("The 3rd robot, R2D2.", None),
        # nothing at all
        ("", ""),
        ("...", ""),
        ("***", ""),
        ("\x00\u200b\n", ""),
    ],
)  # fmt: skip
def test_only_what_can_be_heard_is_said(written: str, said: str | None) -> None:
    assert fit_for_the_ear(written) == (written if said is None else said)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety-nine"),
        (100, "one hundred"),
        (215, "two hundred and fifteen"),
        (1000, "one thousand"),
        (20_001, "twenty thousand and one"),
        (999_999, "nine hundred and ninety-nine thousand nine hundred and ninety-nine"),
    ],
)
def test_a_number_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


@pytest.mark.parametrize("sign", ["*", "_", "<", "{", "[", "(", "`", "~", "#", "<think>", "1:"])
def test_cleaning_stays_quick_whatever_a_model_repeats(sign: str) -> None:
    assert isinstance(fit_for_the_ear(sign * 2000), str)

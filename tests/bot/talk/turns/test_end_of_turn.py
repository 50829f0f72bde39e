"""When a turn is over, by words alone: hundreds of answers to the questions that Echo asks."""

import pytest

from agents.conversation import WHO
from agents.prompts import load_prompt
from bot.talk.turns.end_of_turn import (
    HALF_S,
    LISTENS_S,
    LONGEST_S,
    PLAIN_S,
    QUESTION_S,
    SENTENCE_S,
    THINKING_S,
    TRAILING_S,
    WHOLE_S,
    Heard,
    decide,
)
from bot.talk.turns.question import NO_QUESTION, what_was_asked

pytestmark = pytest.mark.unit

NAME = "May I ask your name?"
PLACE = "And where are you calling from?"
BOTH = load_prompt("greeting", who=WHO)
YES_NO = "Would you like to hear one more story?"
DOORS = "Do you take the left door, or the right door?"
TOWER = "Do you climb the tower, or run down to the beach?"
GO_ON = "Shall I go on with the story, or shall we end here?"
ANIMAL = "Two bright eyes shine in the dark. Which animal is it?"
OPEN = "What do you do?"

WHOLE = {
    NAME: """Peter
        Peter.
        peter miller
        My name is Peter.
        My name is Peter Miller
        my name's Anna
        I'm Jo
        I am Maria.
        It's Paul.
        This is Paul
        call me Al
        You can call me Al.
        Hello, I'm Peter.
        Hi, my name is Anna Maria Schmidt
        well I'm Peter
        Um, Peter.
        Oh, it's Ben.
        José
        O'Brien
        Anne-Marie""",
    PLACE: """Berlin
        Berlin.
        From Berlin.
        I'm from Berlin
        I'm in New York.
        New York
        Lisbon, Portugal
        I live in Prague
        I'm calling from Ulm.
        in the north of Spain
        near Madrid
        right now in Rome
        um, from Hamburg
        San Francisco
        a small village
        my kitchen
        London
        I come from Ghana.
        São Paulo
        Bad Homburg""",
    BOTH: """I'm Peter from Berlin.
        Peter from Berlin
        Peter, Berlin.
        My name is Peter and I'm from Berlin.
        my name's Anna and I live in Prague
        This is Paul in Ulm
        Hello Echo, I am Maria, and I am calling from Lisbon.
        Hi, I'm Jo, calling from New York.
        I'm Anna Maria from San Francisco
        It's Ben, from London.
        I am Ana and I am in Porto""",
    YES_NO: """yes
        Yes.
        Yes, please.
        yeah
        Yep.
        sure
        Sure, why not.
        of course
        Okay.
        no
        No.
        No, thank you.
        no thanks
        nope
        Absolutely.
        I would.
        Yes I do
        Yes, I would.
        Um, yes.
        well, okay
        never
        please do
        Go on.
        not today""",
    DOORS: """left
        Left.
        the left
        the left door
        The left one, please.
        right
        Right.
        I take the right door.
        I'd like the right door please
        the second
        the first one
        um the left
        neither
        both
        Let's take the left one.
        The one on the right
        I'll go left""",
    TOWER: """The tower.
        I climb the tower.
        climb the tower
        to the beach
        I run down to the beach.
        the beach, please
        Run.
        Climb.
        The first.
        down""",
    GO_ON: """go on
        Go on.
        Yes, go on.
        Yes.
        no
        end here
        Let's end here.
        the story please""",
    ANIMAL: """a fox
        A fox.
        A little red fox.
        fox
        an owl
        the cat
        My cat.
        Um, a seal.
        """,
}

TRAILING = {
    NAME: """My name is|My name|I'm|It's|this is|call me|P E T|P, E|I am|the name is|Peter and|
        Peter,""",
    PLACE: """I'm from|from the|I'm from New|in|I am in the|near|I'm calling from San|
        I live in Los|from South|Berlin and|the United|um, from|close to""",
    BOTH: """I'm Peter and|Peter from|I'm Peter from San|My name is|my name's Anna and I'm|
        Maria and I'm calling from New|Peter,|I'm calling from|Hello, my""",
    YES_NO: "yes but|yes and|no because|Yes, I|well yes, if|no, I don't, because|I would like to",
    DOORS: "I take the|the left and|I'd like to|the|I would|let me take the|a|left or",
    TOWER: "I climb the|I run to the|run down to|I'd|I think I'll|I want to climb the tower and",
    ANIMAL: "It's a|I think it's|maybe a|a very|an owl, no, wait|it looks like a|a kind of",
    OPEN: """I go to the|I open the door and|because|I think that|then we|I take my|
        I would like to go with|and then I|she says that|I look under|we run, and|Well, I""",
}

THINKING = ["um", "Uh", "well", "Well, um", "hmm", "let me think", "Um, let me see", "oh", "so"]

SENTENCES = {
    OPEN: """I open the door.
        I run away as fast as I can.
        I call the fox and we go home together.
        I'm home.
        Is it?
        I sing a song!""",
    PLACE: "I would rather not tell you that.",
    NAME: "I don't want to tell you that.",
    YES_NO: "I have to go to bed now.",
}

QUESTIONS = {
    OPEN: "What is behind it?|Can I open it?",
    PLACE: "Why do you want to know that?",
    NAME: "Why do you ask?",
    YES_NO: "What is it about?|Is it a long one or a short one?",
}

LISTENING = {OPEN: "Okay.|Uh-huh.|I see.|Oh, wow", "": "Okay|Sure.|Yeah."}

PLAIN = {
    OPEN: "I open the door|the fox|I run away|we go home together|open it",
    NAME: "I don't want to tell you|what did you ask",
    YES_NO: "is it long|maybe later today then",
}

HALF = ["I'm Peter", "Peter.", "My name is Peter.", "Hello", "Hi there", "from Berlin", "in Rome."]


def _pairs(cases: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (question, text.strip())
        for question, texts in cases.items()
        for text in texts.replace("\n", "|").split("|")
        if text.strip()
    ]


def _wait_s(question: str, text: str) -> float:
    return decide(Heard(text, what_was_asked(question))).wait_s


@pytest.mark.parametrize(("question", "text"), _pairs(WHOLE))
def test_a_whole_answer_is_answered_at_once(question: str, text: str) -> None:
    assert _wait_s(question, text) == WHOLE_S


@pytest.mark.parametrize(("question", "text"), _pairs(TRAILING))
def test_words_that_promise_more_are_waited_for(question: str, text: str) -> None:
    assert _wait_s(question, text) >= TRAILING_S


@pytest.mark.parametrize("question", [NAME, PLACE, BOTH, YES_NO, DOORS, ANIMAL, OPEN])
@pytest.mark.parametrize("text", THINKING)
def test_a_caller_who_thinks_is_not_hurried(question: str, text: str) -> None:
    assert _wait_s(question, text) == THINKING_S


@pytest.mark.parametrize(("question", "text"), _pairs(SENTENCES))
def test_a_sentence_is_answered_sooner_than_silence_alone(question: str, text: str) -> None:
    assert _wait_s(question, text) == SENTENCE_S


@pytest.mark.parametrize(("question", "text"), _pairs(QUESTIONS))
def test_a_question_of_the_caller_is_answered_soon(question: str, text: str) -> None:
    assert _wait_s(question, text) == QUESTION_S


@pytest.mark.parametrize(("question", "text"), _pairs(LISTENING))
def test_a_caller_who_only_listens_may_go_on(question: str, text: str) -> None:
    assert _wait_s(question, text) == LISTENS_S


@pytest.mark.parametrize(("question", "text"), _pairs(PLAIN))
def test_words_that_tell_nothing_leave_it_to_silence(question: str, text: str) -> None:
    assert _wait_s(question, text) == PLAIN_S


@pytest.mark.parametrize("text", HALF)
def test_half_of_what_was_asked_is_given_time_for_the_other_half(text: str) -> None:
    assert _wait_s(BOTH, text) == HALF_S


@pytest.mark.parametrize("question", [NAME, PLACE, YES_NO, DOORS, OPEN, ""])
@pytest.mark.parametrize("text", ["Goodbye.", "Goodbye, Echo.", "bye", "Thank you, bye bye"])
def test_a_goodbye_is_answered_at_once(question: str, text: str) -> None:
    assert _wait_s(question, text) == WHOLE_S


@pytest.mark.parametrize("text", ["Berlin", "Ich heiße Peter und", "um", "oui"])
def test_another_language_is_judged_by_silence_alone(text: str) -> None:
    heard = Heard(text, what_was_asked(PLACE), english=False)
    assert decide(heard).wait_s == PLAIN_S


def test_no_words_are_judged_by_silence_alone() -> None:
    assert decide(Heard("", NO_QUESTION)).wait_s == PLAIN_S


def test_a_caller_who_pauses_long_is_given_that_long() -> None:
    assert decide(Heard("I run away", habit_s=1.1)).wait_s == 1.1


def test_a_caller_who_pauses_little_is_given_no_less_than_others() -> None:
    assert decide(Heard("I run away", habit_s=0.2)).wait_s == PLAIN_S


def test_a_habit_does_not_delay_a_whole_answer() -> None:
    heard = Heard("Yes.", what_was_asked(YES_NO), habit_s=1.1)
    assert decide(heard).wait_s == WHOLE_S


@pytest.mark.parametrize("habit_s", [None, 0.1, 1.0, 3.0, 10.0])
@pytest.mark.parametrize("over", [None, 0.0, 0.5, 1.0])
@pytest.mark.parametrize("text", ["", "um", "I run", "I run away.", "yes", "and then"])
def test_no_wait_is_longer_than_the_longest(
    text: str, over: float | None, habit_s: float | None
) -> None:
    wait_s = decide(Heard(text, habit_s=habit_s, over=over)).wait_s
    assert WHOLE_S <= wait_s <= LONGEST_S


def test_the_sound_of_an_end_shortens_the_wait_and_its_absence_lengthens_it() -> None:
    waits_s = [decide(Heard("I run away", over=over)).wait_s for over in (1.0, 0.5, 0.0)]
    assert waits_s == sorted(waits_s)
    assert waits_s[0] < PLAIN_S < waits_s[2]


def test_a_decision_counts_the_silence_that_has_passed() -> None:
    decision = decide(Heard("", NO_QUESTION))
    assert decision.left_s(0.25) == pytest.approx(PLAIN_S - 0.25)
    assert decision.left_s(PLAIN_S + 1) == 0.0


def test_every_decision_has_a_reason() -> None:
    for text in ("", "um", "Peter from", "Peter", "I go home.", "go", "bye", "P E"):
        assert decide(Heard(text, what_was_asked(NAME))).reason

"""A caller at the keyboard: plays a conversation with the storyteller."""

from dataclasses import dataclass, field

from local.storyteller import Message, Reply, reply

GREETING = (
    "Hello, this is Echo, the storyteller. Before I tell you a story, may I ask your name, "
    "and where you are calling from?"
)
BEGIN = "Begin the story now, in two or three short sentences, with the caller as its hero."
INTERRUPTED = (
    "The caller interrupted you. Answer what they said in one short sentence, then ask whether "
    "to go on with the story or to end here."
)
RESUME = (
    "The line was lost for a moment while you were telling the story. Go on from where it "
    "stopped, in one or two short sentences, without greeting. End with a question."
)


def story_system(name: str = "Maria", place: str = "Lisbon") -> Message:
    return Message("system", f"You are Echo.\nCaller's name: {name}\nCaller's place: {place}\n")


@dataclass
class Conversation:
    """The history so far; `tool` is the one on offer."""

    tool: str
    history: list[Message] = field(default_factory=list)

    def reply(self, instructions: str = "") -> Reply:
        """What Echo answers now; it enters the history."""
        answer = reply(self.history, [self.tool], instructions)
        self.history.append(Message("assistant", answer.text, answer.tool_calls))
        return answer

    def say(self, text: str, instructions: str = "") -> Reply:
        """The caller says something, and Echo answers."""
        self.history.append(Message("user", text))
        return self.reply(instructions)

    def cut_after(self, words: int) -> None:
        """The caller interrupted what Echo said last, after so many words."""
        said = self.history[-1].text.split()
        self.history[-1] = Message("assistant", " ".join(said[:words]))


def introduction() -> Conversation:
    system = Message("system", "You are Echo. Learn the caller's name and place.")
    return Conversation("information_gathered", [system, Message("assistant", GREETING)])


def story(name: str = "Maria", place: str = "Lisbon", wish: str = "") -> Conversation:
    """A story that has just begun, after an introduction; `wish` names which one."""
    history = [story_system(name, place), Message("assistant", GREETING)]
    history.append(Message("user", f"I'm {name} from {place}. {wish}"))
    conversation = Conversation("story_finished", history)
    conversation.reply(BEGIN)
    return conversation


def called(answer: Reply) -> list[str]:
    """The names of the tools that the answer calls."""
    return [call.name for call in answer.tool_calls]

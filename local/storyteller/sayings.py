"""Fixed sentences of the story, by which later turns recognize them."""

GO_ON_OR_END = "Shall I go on with the story, or shall we end here?"
ONE_MORE = "Would you like to hear one more story?"
LAST_STORY = "That was my last story for today. Did you like it?"

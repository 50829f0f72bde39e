"""What the models of one telephone call may still do."""

from agents.taming.budget import Budget
from agents.taming.notices import Notice, Notify, keep_quiet

# So many answers in a row may be without a word before the model counts as broken.
_MOST_SILENT = 3


class Leash:
    """One for each call. `notify` is told of what is noticed; `is_ending`: the goodbye is due."""

    def __init__(self, notify: Notify = keep_quiet) -> None:
        self.notify = notify
        self.budget = Budget()
        self.is_ending = False
        self._silent_in_a_row = 0
        self._silent_turn = -1  # the last one

    def notice(self, notice: Notice, detail: str) -> None:
        """For those who were there before `notify` was set."""
        self.notify(notice, detail)

    def nothing_said(self, turn: int) -> bool:
        """The model said nothing in the caller's `turn`; False when that was once too often.

        Answers of one turn count once: some are prepared and thrown away.
        """
        if turn != self._silent_turn:
            follows = turn == self._silent_turn + 1
            self._silent_in_a_row = self._silent_in_a_row + 1 if follows else 1
            self._silent_turn = turn
        self.notify(Notice.NOTHING_SAID, "")
        return self._silent_in_a_row <= _MOST_SILENT

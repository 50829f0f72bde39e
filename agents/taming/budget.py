"""How much the models may do in one telephone call."""

# A whole call needs five or so; answers that are prepared and thrown away count, too.
MOST_IN_CALL = 40


class Budget:
    """How many tool calls are left in one telephone call."""

    def __init__(self) -> None:
        self.left = MOST_IN_CALL

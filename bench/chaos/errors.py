"""Why a fault could not be provoked."""


class Skipped(Exception):
    """This machine lacks what it takes; says what to install."""

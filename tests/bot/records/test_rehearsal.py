"""What is rehearsed is what a call asks of its records before it is answered."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.records.rehearsal import rehearse_records

pytestmark = pytest.mark.unit


async def test_every_statement_before_the_answer_is_rehearsed() -> None:
    said: list[str] = []

    def note(*execution: Any) -> None:
        said.append(execution[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await rehearse_records()
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    def is_said(*words: str) -> bool:
        return any(all(word in statement for word in words) for statement in said)

    assert is_said("INSERT INTO calls", "ON CONFLICT")
    assert is_said("BEGIN IMMEDIATE")
    assert is_said("UPDATE calls SET", "from_number")
    assert is_said("SELECT", "FROM remembered_callers")
    assert is_said("SELECT", "FROM call_threads")

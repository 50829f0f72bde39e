import pytest

from local.providers.faults import Breaker, Fault, FaultBoard

pytestmark = pytest.mark.unit


def test_fault_happens_as_often_as_it_says() -> None:
    board = FaultBoard()
    fault = Fault("chat", "delay", times=2)
    board.arm(fault)
    assert [board.take("chat", "delay") for _ in range(3)] == [fault, fault, None]


def test_fault_without_number_happens_until_cleared() -> None:
    board = FaultBoard()
    board.arm(Fault("chat", "delay", times=None))
    assert all(board.take("chat", "delay") for _ in range(5))
    board.clear()
    assert board.take("chat", "delay") is None


def test_fault_is_taken_only_by_its_service_and_kind() -> None:
    board = FaultBoard()
    board.arm(Fault("chat", "cut"))
    assert board.take("speech", "cut") is None
    assert board.take("chat", "stall", "delay") is None
    assert board.take("chat", "stall", "cut") is not None


def test_breaker_counts_pieces_from_when_the_fault_is_armed() -> None:
    board = FaultBoard()
    breaker = Breaker(board, "speech")
    assert [breaker.due(), breaker.due()] == [None, None]
    board.arm(Fault("speech", "cut", after=2))
    assert [breaker.due(), breaker.due(), breaker.due()] == [None, None, "cut"]
    assert breaker.due() is None


def test_cut_reaches_the_newest_open_line_at_once() -> None:
    board = FaultBoard()
    cut: list[str] = []
    with (
        board.open_line("stt", lambda: cut.append("old")),
        board.open_line("stt", lambda: cut.append("new")),
        board.open_line("realtime", lambda: cut.append("other")),
    ):
        board.arm(Fault("stt", "cut"))
        assert cut == ["new"]
        assert board.take("stt", "cut") is None, "it was used up"
        board.arm(Fault("stt", "cut", times=None))
        assert cut == ["new", "new", "old"]
        assert board.take("stt", "cut") is not None, "lines opened later are cut, too"


def test_cut_after_some_pieces_leaves_open_lines_alone() -> None:
    board = FaultBoard()
    cut: list[str] = []
    with board.open_line("stt", lambda: cut.append("line")):
        board.arm(Fault("stt", "cut", after=1))
    assert cut == []


def test_armed_cut_reaches_a_line_when_it_opens() -> None:
    board = FaultBoard()
    board.arm(Fault("stt", "stall"))
    board.arm(Fault("stt", "cut"))
    cut: list[str] = []
    for name in ("first", "second"):
        with board.open_line("stt", lambda name=name: cut.append(name)):  # type: ignore[misc]
            pass
    assert cut == ["first"]
    assert board.take("stt", "stall"), "the stall waits for something to be sent"

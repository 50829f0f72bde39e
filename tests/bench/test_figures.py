"""The arithmetic of the bench: percentiles, and where the time of an answer went."""

import pytest

from bench.figures import INSTANT, USUAL, Answer, Figure, percentile, split
from local.providers.faults import Service
from local.providers.seen import SeenRequest

pytestmark = pytest.mark.unit

SAID_S = 100.0


def seen(service: Service, kind: str, after_s: float) -> SeenRequest:
    return SeenRequest(service, kind, SAID_S + after_s, "a model")


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [
        ([3.0], 0.5, 3.0),
        ([3.0], 0.95, 3.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([1.0, 2.0, 3.0], 0.5, 2.0),
        ([float(n) for n in range(1, 21)], 0.95, 19.0),
        ([float(n) for n in range(1, 11)], 0.95, 10.0),
        ([float(n) for n in range(1, 101)], 0.95, 95.0),
        ([1.0, 2.0], 1.0, 2.0),
    ],
)
def test_a_percentile_is_one_of_the_values(
    values: list[float], share: float, wanted: float
) -> None:
    assert percentile(values, share) == wanted


def test_nothing_measured_has_no_percentile() -> None:
    assert Figure("cell", "row", ()).p50 is None


def test_a_gap_is_negative_when_echo_began_too_soon() -> None:
    assert Answer("hesitation", 2.0, 1.5).gap_s == -0.5


def test_the_parts_of_an_answer_add_up_to_its_gap() -> None:
    answer = Answer("name", SAID_S, SAID_S + 1.4)
    requests = [seen("chat", "request", 0.7), seen("speech", "request", 1.1)]
    parts = split(answer, requests, USUAL, 0.1)
    assert parts.wait_s == pytest.approx(0.6)
    assert parts.models_s == pytest.approx(0.5)
    assert parts.way_out_s == pytest.approx(0.2)
    total_s = sum(
        part or 0.0 for part in (parts.way_in_s, parts.wait_s, parts.models_s, parts.way_out_s)
    )
    assert total_s == pytest.approx(answer.gap_s)


def test_the_last_request_before_the_answer_counts() -> None:
    answer = Answer("name", SAID_S, SAID_S + 0.8)
    requests = [
        seen("chat", "request", -0.4),
        seen("chat", "request", 0.3),
        seen("speech", "request", 0.4),
        seen("chat", "request", 0.9),
        seen("speech", "request", 0.95),
    ]
    parts = split(answer, requests, INSTANT, 0.1)
    assert parts.wait_s == pytest.approx(0.2)
    assert parts.models_s == pytest.approx(0.1)


def test_a_realtime_answer_needs_no_voice_of_its_own() -> None:
    answer = Answer("choice", SAID_S, SAID_S + 1.2)
    parts = split(answer, [seen("realtime", "response", 0.6)], USUAL, 0.1)
    assert parts.models_s == pytest.approx(0.375)
    assert parts.way_out_s == pytest.approx(0.225)


def test_what_nobody_saw_is_unknown() -> None:
    parts = split(Answer("name", SAID_S, SAID_S + 1.0), [], INSTANT, 0.1)
    assert (parts.wait_s, parts.models_s, parts.way_out_s) == (None, None, None)

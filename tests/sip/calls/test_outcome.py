"""One word for every SIP answer."""

import pytest

from sip.calls.outcome import SENTENCES, Outcome, explain, outcome_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (486, Outcome.BUSY),
        (600, Outcome.BUSY),
        (603, Outcome.DECLINED),
        (404, Outcome.UNREACHABLE),
        (480, Outcome.UNREACHABLE),
        (408, Outcome.NO_ANSWER),
        (503, Outcome.FAILED),
        (488, Outcome.FAILED),
        (407, Outcome.FAILED),
        (403, Outcome.FAILED),
        (499, Outcome.FAILED),
    ],
)
def test_a_sip_answer_has_one_word(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome
    assert explain(status).endswith(".")


def test_every_outcome_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Outcome)


def test_what_we_have_no_words_for_is_told_in_the_carriers() -> None:
    assert "Teapot" in explain(418, "Teapot")

"""The command: what it shows, and what it says when there is nothing to show."""

from pathlib import Path

import pytest

from bench.story.__main__ import main

pytestmark = pytest.mark.unit


def test_without_a_key_the_judge_is_left_out_and_said_to_be(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    main()
    shown = capsys.readouterr().out
    assert "local storyteller (rules, not a model)" in shown
    assert "choices taken up" in shown
    assert "No judge: OPENAI_API_KEY is not set" in shown


def test_a_file_that_is_no_transcript_ends_with_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([tmp_path / "none.txt"])
    assert ended.value.code == 1
    assert "none.txt" in capsys.readouterr().err

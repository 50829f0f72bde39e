"""What a process holds ready reaches the job that comes, and only that."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.talk.warm import Warm
from tests.bot.settings.made import made

pytestmark = pytest.mark.unit


def a_process(**kept: Any) -> Any:
    return SimpleNamespace(userdata=kept)


def test_what_was_kept_is_found_again() -> None:
    process, nothing = a_process(), cast(Any, None)
    warm = Warm(made(STORYLINE_VOICE="sage"), nothing, nothing, nothing, nothing)
    warm.keep(process)
    assert Warm.of(process) is warm


@pytest.mark.parametrize("process", [a_process(), a_process(warm="something else")])
def test_a_process_that_was_not_prepared_is_refused_in_words(process: Any) -> None:
    with pytest.raises(TypeError, match="was not prepared by the worker"):
        Warm.of(process)

"""`python -m bench.story`: how well the stories are told."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from openai import AsyncOpenAI, OpenAIError
from rich.console import Console
from rich.table import Table

from agents.prompts import prompts_version
from bench.story.heard import NoTranscript, read_heard
from bench.story.judge import Ask, judge
from bench.story.kept import read_kept
from bench.story.measures import Measure, measure, unfit_turns
from bench.story.played import play_all
from bench.story.telling import Telling
from bot.records import RecordsError

_EXIT_NOTHING = 1
_JUDGE = "gpt-4o-mini"
_ANSWER_LIMIT_S = 20.0


def main(
    heard: Annotated[list[Path] | None, typer.Argument(help="transcript.txt of demos.")] = None,
    kept: Annotated[
        str | None, typer.Option(help="A database whose calls keep their words (DATABASE_URL).")
    ] = None,
    calls: Annotated[int, typer.Option(help="How many of its newest calls.")] = 200,
) -> None:
    """Score stories: of the local storyteller, of demos, or of calls in a database.

    With OPENAI_API_KEY a judge model is asked, too. Exit code 1 when there is nothing to score.
    """
    console = Console(highlight=False)
    try:
        source, tellings = _stories(heard or [], kept, calls)
    except (NoTranscript, RecordsError) as error:
        _end(str(error))
    if not tellings:
        _end("No story in it. Words are kept only with STORYLINE_KEEP_WORDS_DAYS.")
    console.print(f"{len(tellings)} stories of {source}, prompts {prompts_version()}")
    _show(console, "Measures", measure(tellings))
    for turn in unfit_turns(tellings):
        console.print(f"not for a child: {turn}", markup=False)
    if "OPENAI_API_KEY" not in os.environ:
        console.print("No judge: OPENAI_API_KEY is not set. Its questions are left out.")
        return
    try:
        _show(console, f"Asked of {_JUDGE}", asyncio.run(_judge(tellings)))
    except OpenAIError as error:
        _end(f"The judge did not answer ({error}). Its questions are left out.")


def _stories(heard: list[Path], kept: str | None, calls: int) -> tuple[str, list[Telling]]:
    if heard:
        return "the demo, as they were heard", [read_heard(path) for path in heard]
    if kept is not None:
        return "the database", asyncio.run(read_kept(kept, calls))
    return "the local storyteller (rules, not a model)", play_all()


async def _judge(tellings: Sequence[Telling]) -> list[Measure]:
    async with AsyncOpenAI(timeout=_ANSWER_LIMIT_S) as client:
        return await judge(tellings, _asking(client))


def _asking(client: AsyncOpenAI) -> Ask:
    async def ask(instructions: str, transcript: str) -> str:
        answer = await client.chat.completions.create(
            model=_JUDGE,
            temperature=0,
            max_tokens=3,
            messages=[
                {"role": "system", "content": instructions},
                {"role": "user", "content": transcript},
            ],
        )
        return answer.choices[0].message.content or ""

    return ask


def _show(console: Console, title: str, measures: Sequence[Measure]) -> None:
    table = Table("measure", "score", "wanted", "of", title=title, title_justify="left")
    for each in measures:
        table.add_row(each.name, str(each), each.wanted, str(each.count))
    console.print(table)


def _end(why: str) -> None:
    print(why, file=sys.stderr)  # noqa: T201
    sys.exit(_EXIT_NOTHING)


if __name__ == "__main__":
    typer.run(main)

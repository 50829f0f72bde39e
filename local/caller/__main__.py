"""`python -m local.caller`: ring a number from the command line and talk to whoever answers."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from local.caller.errors import CallEnded, CallerError
from local.caller.phone_call import PhoneCall
from local.caller.sip_caller import ANSWER_TIMEOUT_S, FROM_NUMBER, SipCaller
from local.caller.transcript import Line

console = Console(highlight=False)


def main(
    sip_address: Annotated[str, typer.Argument(help="HOST:PORT of the SIP server.")],
    number: Annotated[str, typer.Argument(help="The number to call.")],
    providers_url: Annotated[
        str, typer.Option(help="Where the local model providers listen: voice and ears.")
    ],
    user: Annotated[str, typer.Option(help="Digest user name.")] = "",
    password: Annotated[
        str, typer.Option(help="Digest password.", envvar="STORYLINE_LOCAL_SIP_PASSWORD")
    ] = "",
    from_number: Annotated[str, typer.Option(help="The caller's own number.")] = FROM_NUMBER,
    say: Annotated[
        list[str] | None, typer.Option(help="Say this when it is our turn; repeat for more turns.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write a stereo recording: left caller, right far end.")
    ] = None,
    answer_timeout_s: Annotated[float, typer.Option(help="Ring no longer.")] = ANSWER_TIMEOUT_S,
    max_call_s: Annotated[float, typer.Option(help="Hang up after so long.")] = 600.0,
) -> None:
    """Ring a number, print what is heard, and answer with the --say lines in turn.

    Exit code 0 when the call took place, 1 when it did not or went wrong.
    """

    async def run() -> None:
        async with SipCaller(
            providers_url, local_address="127.0.0.1" if _on_loopback(sip_address) else None
        ) as caller:
            call = await caller.dial(
                sip_address,
                number,
                user=user,
                password=password,
                from_number=from_number,
                answer_timeout_s=answer_timeout_s,
            )
            console.print(f"answered after {call.answered_s:.2f} s")
            try:
                async with asyncio.timeout(max_call_s):
                    await _talk(call, say or [])
            except (CallEnded, TimeoutError):
                pass
            finally:
                await call.hang_up()
                if save:
                    call.save(save)
            await call.transcript()
            _summary(call)

    try:
        asyncio.run(run())
    except CallerError as error:
        console.print(f"[red]the call failed:[/red] {error}", soft_wrap=True)
        raise typer.Exit(1) from None


async def _talk(call: PhoneCall, turns: list[str]) -> None:
    call.on_line(_print_line)
    for text in turns:
        await call.hear_turn(timeout_s=30.0)
        await call.say(text)
    await call.wait_hung_up(timeout_s=float("inf"))


def _print_line(line: Line) -> None:
    style = "cyan" if line.speaker == "caller" else "green"
    console.print(str(line), style=style, markup=False, soft_wrap=True)


def _summary(call: PhoneCall) -> None:
    table = Table(show_header=False)
    table.add_row("ended by", f"{call.ended_by} after {call.ended_s:.2f} s")
    for number, gap in enumerate(call.response_gaps, start=1):
        answer = "no answer" if gap.gap_s is None else f"{gap.gap_s:.2f} s"
        table.add_row(f"response gap {number}", answer)
    if call.silence_before_hang_up_s is not None:
        table.add_row("silence before the end", f"{call.silence_before_hang_up_s:.2f} s")
    console.print(table)


def _on_loopback(sip_address: str) -> bool:
    host = sip_address.rpartition(":")[0] or sip_address
    return host == "localhost" or host.startswith("127.")


if __name__ == "__main__":
    typer.run(main)

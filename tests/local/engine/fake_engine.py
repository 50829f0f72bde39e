"""An engine without a model, run as a process by the tests."""

import itertools
import os
import sys
import time
from collections.abc import Iterator

from local.engine.frames import Frame
from local.engine.serve import Handler, serve

_turns = itertools.count()


def echo(request: Frame) -> Iterator[Frame]:
    yield Frame({"text": request.header["text"], "turn": next(_turns)}, request.payload)


def count(request: Frame) -> Iterator[Frame]:
    for number in range(request.header["to"]):
        yield Frame({"number": number})


def chatter(_: Frame) -> Iterator[Frame]:
    sys.stdout.write("a library says hello\n")
    sys.stdout.flush()
    yield Frame({})


def fail(request: Frame) -> Iterator[Frame]:
    if request.header:
        raise ValueError("what is this?")
    yield Frame({})


def work(_: Frame) -> Iterator[Frame]:
    yield Frame({})
    time.sleep(60)


def tell_pid(_: Frame) -> Iterator[Frame]:
    yield Frame({"pid": os.getpid()})


def die(request: Frame) -> Iterator[Frame]:
    if request.header:
        os._exit(9)
    yield Frame({})


WAYS: dict[str, Handler] = {
    "echo": echo,
    "count": count,
    "print": chatter,
    "fail": fail,
    "work": work,
    "pid": tell_pid,
    "die": die,
}


def load() -> Handler:
    if "--broken" in sys.argv:
        raise FileNotFoundError("no model here")
    return lambda request: WAYS[request.header["op"]](request)


if __name__ == "__main__":
    serve(load)

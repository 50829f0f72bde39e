"""What each process of a call loads before there is one."""

import asyncio
import importlib
import ssl
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.talk.warm import Warm
from bot.worker.processes import prewarm as module
from bot.worker.processes.prewarm import prewarm
from bot.worker.worker import build_server
from tests.bot.settings.made import made

pytestmark = pytest.mark.unit


async def test_a_process_is_prepared_with_all_that_a_call_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process: Any = SimpleNamespace(userdata={})
    native: list[str] = []
    monkeypatch.setattr(module, "load_vad", lambda: "vad")
    monkeypatch.setattr(module, "make_clients", lambda _: "clients")
    monkeypatch.setattr(module, "load_native_library", lambda: native.append("loaded"))
    await asyncio.to_thread(prewarm, made(), process)
    warm: Any = Warm.of(process)
    assert (warm.settings, warm.vad, warm.clients) == (made(), "vad", "clients")
    assert native == ["loaded"]


async def test_a_process_whose_fork_server_has_read_everything_reads_nothing_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert build_server(made())._preload_modules == ["bot.worker.processes.preload"]
    await asyncio.to_thread(importlib.import_module, "bot.worker.processes.preload")

    def read(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(ssl, "create_default_context", read)
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", read)
    monkeypatch.setattr(YAML, "load", read)
    process: Any = SimpleNamespace(userdata={})
    await asyncio.to_thread(prewarm, made(), process)
    assert Warm.of(process).prices.find("gpt-realtime", date(2026, 11, 27)) is not None

"""What each part of the stack is: its command, its limits, the way it wants to be stopped."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from local.stack import config
from local.stack.parts.part import Program
from local.stack.parts.programs import find_program
from local.stack.ports import Ports

SERVER_START_LIMIT_S = 15.0
# The providers load a speech recogniser and a voice; the worker imports the agents' packages,
# migrates its database and warms its job processes, all of them on the same few cores.
PROVIDERS_START_LIMIT_S = 120.0
WORKER_START_LIMIT_S = 120.0
# Calls still in progress would drain for half an hour; the stack ends now.
WORKER_STOP_GRACE_S = 5.0


def redis(run_dir: Path, ports: Ports, env: Mapping[str, str]) -> Program:
    return Program(
        name="redis",
        command=(find_program("redis-server"), *config.redis_arguments(ports)),
        env=env,
        run_dir=run_dir,
        port=ports.redis,
        start_limit_s=SERVER_START_LIMIT_S,
    )


def livekit_server(
    run_dir: Path, ports: Ports, keys: config.Keys, env: Mapping[str, str]
) -> Program:
    path = run_dir / "livekit-server.yaml"
    config.write_config(path, config.livekit_server_config(ports, keys))
    return Program(
        name="livekit-server",
        command=(find_program("livekit-server"), "--config", path),
        env=env,
        run_dir=run_dir,
        port=ports.livekit,
        start_limit_s=SERVER_START_LIMIT_S,
        # Told to end, it goes on for some seconds even when it is empty. It keeps nothing on disk.
        stop_grace_s=0.2,
    )


def livekit_sip(run_dir: Path, ports: Ports, keys: config.Keys, env: Mapping[str, str]) -> Program:
    path = run_dir / "livekit-sip.yaml"
    config.write_config(path, config.livekit_sip_config(ports, keys))
    return Program(
        name="livekit-sip",
        command=(find_program("livekit-sip"), "--config", path),
        env=env,
        run_dir=run_dir,
        port=ports.sip_health,
        start_limit_s=SERVER_START_LIMIT_S,
        # SIGTERM waits for the calls to end, looking every 5 s; SIGINT says BYE to all of them.
        stop_signal=signal.SIGINT,
    )


def providers(run_dir: Path, ports: Ports, env: Mapping[str, str]) -> Program:
    return Program(
        name="providers",
        command=(sys.executable, "-m", "local.providers", "--port", str(ports.providers)),
        env=env,
        run_dir=run_dir,
        port=ports.providers,
        start_limit_s=PROVIDERS_START_LIMIT_S,
    )


def worker(run_dir: Path, ports: Ports, env: Mapping[str, str]) -> Program:
    return Program(
        name="worker",
        command=(sys.executable, "-m", "bot"),
        env=env,
        run_dir=run_dir,
        port=ports.worker,
        start_limit_s=WORKER_START_LIMIT_S,
        stop_grace_s=WORKER_STOP_GRACE_S,
    )


def watch(run_dir: Path, env: Mapping[str, str]) -> Program:
    return Program(
        name="watch",
        command=(sys.executable, "-m", "bot.watch"),
        env=env,
        run_dir=run_dir,
        port=0,
        start_limit_s=WORKER_START_LIMIT_S,
    )


def desk(run_dir: Path, ports: Ports, env: Mapping[str, str]) -> Program:
    return Program(
        name="desk",
        command=(sys.executable, "-m", "desk", "--port", str(ports.desk)),
        env=env,
        run_dir=run_dir,
        port=ports.desk,
        start_limit_s=SERVER_START_LIMIT_S,
    )

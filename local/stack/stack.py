"""The outside world of the bot on this machine, for as long as a `async with` block lasts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from local.stack import health, run_directory
from local.stack.config import LOOPBACK, Keys
from local.stack.environment import clean_environment
from local.stack.errors import PartFailed, StackError, first
from local.stack.parts import parts, processes
from local.stack.parts.part import Part, Program
from local.stack.ports import Ports
from local.stack.provision import provision
from local.stack.watch import Watch

NUMBER = "+12025550100"
SIP_USER = "storyline"

# How often everything is started anew, on other ports, when a port was taken under our hands.
START_ATTEMPTS = 3


class Stack:
    """Redis, LiveKit server, LiveKit SIP, the model providers and the worker, all on loopback.

    Every part logs to `<run_dir>/<part>.log`. Leaving the block stops them all; when this process
    dies instead, a guard process kills them (see guard.py). Raises ProgramMissing when set-up has
    not been run, PartFailed with the end of its log when a part does not start.

    `with_providers=False`: nothing listens at `providers_url`, so a worker's models fail at once
    instead of reaching the internet. `with_trunk=False`: no trunk and no rule on the server.
    `worker_env` comes on top of `env()` for the worker alone, `providers_env` for the providers.
    `database_url`: instead of an SQLite file in `run_dir`.
    """

    number = NUMBER
    sip_user = SIP_USER

    def __init__(
        self,
        run_dir: Path | None = None,
        *,
        with_providers: bool = True,
        with_trunk: bool = True,
        with_worker: bool = True,
        worker_env: Mapping[str, str] | None = None,
        providers_env: Mapping[str, str] | None = None,
        database_url: str | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> None:
        self.run_dir = (run_dir or run_directory.new()).resolve()
        self._with_providers = with_providers
        self._with_trunk = with_trunk
        self._with_worker = with_worker
        self._worker_env = dict(worker_env or {})
        self._providers_env = dict(providers_env or {})
        self._database_url = database_url
        self._on_progress = on_progress or (lambda _: None)
        self._keys = Keys.make()
        self._ports = Ports.pick()
        self._watch: Watch | None = None
        self._parts: list[Part] = []
        self._checks: dict[str, Callable[[], Awaitable[bool]]] = {}
        self._worker: Part | None = None

    async def __aenter__(self) -> Self:
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self._watch = await Watch.start()
        try:
            await self._start_on_free_ports()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._close()

    @property
    def livekit_url(self) -> str:
        return f"ws://{LOOPBACK}:{self._ports.livekit}"

    @property
    def api_key(self) -> str:
        return self._keys.api_key

    @property
    def api_secret(self) -> str:
        return self._keys.api_secret

    @property
    def redis_address(self) -> str:
        """Host and port of LiveKit's store."""
        return f"{LOOPBACK}:{self._ports.redis}"

    @property
    def sip_address(self) -> str:
        """HOST:PORT of LiveKit SIP, UDP and TCP."""
        return f"{LOOPBACK}:{self._ports.sip}"

    @property
    def sip_password(self) -> str:
        return self._keys.sip_password

    @property
    def providers_url(self) -> str:
        return f"http://{LOOPBACK}:{self._ports.providers}"

    @property
    def database_path(self) -> Path:
        return self.run_dir / "calls.db"

    @property
    def database_url(self) -> str:
        return self._database_url or f"sqlite+aiosqlite:///{self.database_path}"

    def env(self) -> dict[str, str]:
        """What the worker and the scripts need in their environment to use this stack.

        Holds secrets. Lay it over `clean_environment()` rather than over one's own environment.
        """
        settings = {
            "LIVEKIT_URL": self.livekit_url,
            "LIVEKIT_API_KEY": self.api_key,
            "LIVEKIT_API_SECRET": self.api_secret,
            "OPENAI_API_KEY": "local",
            "OPENAI_BASE_URL": f"{self.providers_url}/v1",
            "DEEPGRAM_API_KEY": "local",
            "STORYLINE_DEEPGRAM_URL": f"{self.providers_url}/v1/listen",
            "STORYLINE_LOCAL_SIP_PASSWORD": self.sip_password,
            "DATABASE_URL": self.database_url,
            "PORT": str(self._ports.worker),
            # Whoever tries a line out rings it again and again.
            "STORYLINE_CALLER_PER_HOUR": "1000",
            "STORYLINE_CALLER_PER_DAY": "1000",
            # Whoever is called here sits on this machine and is awake.
            "STORYLINE_CALLING_HOURS": "00:00-24:00",
        }
        return settings if self._watch is None else settings | self._watch.env

    @property
    def worker_pid(self) -> int | None:
        """The worker's main process while it runs."""
        return None if self._worker is None else self._worker.pid

    def job_pids(self) -> list[int]:
        """The worker's processes that are in a call now.

        They are connected to the LiveKit server: an idle one has no reason to be.
        """
        members = [] if self._worker is None else self._worker.members()
        jobs = (pid for pid in members if pid != self.worker_pid)
        return [pid for pid in jobs if processes.is_connected(pid, self._ports.livekit)]

    async def start_worker(self, extra_env: Mapping[str, str] | None = None) -> None:
        """Start the worker; returns when it is registered and a job process is warm.

        `extra_env` comes on top of `worker_env`, for this start alone.
        """
        if self._watch is None:
            raise StackError("the stack is not running")
        if self.worker_pid is not None:
            raise StackError("the worker is running already")
        env = clean_environment() | self.env() | self._worker_env | dict(extra_env or {})
        self._worker = Part(parts.worker(self.run_dir, self._ports, env))
        await self._worker.start()
        await self._worker.wait_ready(health.http_ok(self._ports.worker, "/ready"))
        self._on_progress("worker is ready")

    async def start_watch(self) -> None:
        """Start the watch over the calls alone, as an operator would beside LiveKit."""
        program = parts.watch(self.run_dir, clean_environment() | self.env())
        part = Part(program)

        async def is_watching() -> bool:
            return "watching over the calls" in part.log_since_start()

        self._parts.append(part)
        await part.start()
        await part.wait_ready(is_watching)

    async def start_desk(self) -> str:
        """Start the operator's page if it is not there; returns its address."""
        program = parts.desk(self.run_dir, self._ports, clean_environment() | self.env())
        if program.name not in self._checks:
            await self._start(program, health.http_ok(self._ports.desk, "/login"))
        return f"http://{LOOPBACK}:{self._ports.desk}"

    async def stop_worker(self, grace_s: float = parts.WORKER_STOP_GRACE_S) -> None:
        """SIGTERM, which lets calls in progress go on; after the grace time all of it is killed."""
        if self._worker is not None:
            await self._worker.stop(grace_s)

    async def kill_worker(self) -> None:
        """SIGKILL the worker and all its job processes at once, as a crash of the machine would."""
        if self._worker is not None:
            await self._worker.kill()

    async def kill_part(self, name: str) -> None:
        """SIGKILL one server, as a crash would; the others go on. `start_part` starts it again."""
        await self.part(name).kill()

    async def start_part(self, name: str) -> None:
        """Start a server again that was killed; returns when it is ready. Redis is empty then."""
        part = self.part(name)
        await part.start()
        await part.wait_ready(self._checks[name])

    def part(self, name: str) -> Part:
        """One of the servers."""
        return next(part for part in self._parts if part.program.name == name)

    async def wait_failed(self) -> PartFailed:
        """Wait until a server or the worker ends by itself; returns which, and its last words."""
        running = self._parts if self._worker is None else [*self._parts, self._worker]
        ends = [asyncio.create_task(part.wait_ended()) for part in running]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        return done.pop().result()

    async def _start_on_free_ports(self) -> None:
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                return await self._start_all()
            except PartFailed as failure:
                if not failure.port_was_taken or attempt == START_ATTEMPTS:
                    raise
            await self._stop_all()
            self._ports = Ports.pick()

    async def _start_all(self) -> None:
        """The slowest first, all side by side: the worker connects when it has loaded, and by
        then LiveKit has long been there."""
        try:
            async with asyncio.TaskGroup() as group:
                if self._with_worker:
                    group.create_task(self.start_worker())
                if self._with_providers:
                    group.create_task(self._start_providers())
                await self._start_livekit()
                if self._with_trunk:
                    group.create_task(self._provision())
        except* StackError as failures:
            # One cause is told; the others were started beside it and have been cancelled.
            raise first(failures) from None

    async def _start_providers(self) -> None:
        program = parts.providers(self.run_dir, self._ports, self._part_env() | self._providers_env)
        await self._start(program, health.http_ok(self._ports.providers, "/health"))

    async def _start_livekit(self) -> None:
        env, ports = self._part_env(), self._ports
        await self._start(parts.redis(self.run_dir, ports, env), health.redis_answers(ports.redis))
        server = parts.livekit_server(self.run_dir, ports, self._keys, env)
        sip = parts.livekit_sip(self.run_dir, ports, self._keys, env)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._start(server, health.http_ok(ports.livekit)))
            group.create_task(self._start(sip, health.http_ok(ports.sip_health)))

    async def _start(self, program: Program, is_healthy: Callable[[], Awaitable[bool]]) -> None:
        part = Part(program)
        self._parts.append(part)
        self._checks[program.name] = is_healthy
        await part.start()
        await part.wait_ready(is_healthy)
        self._on_progress(f"{program.name} is ready")

    def _part_env(self) -> dict[str, str]:
        """The servers get no settings, only the mark by which the guard finds them."""
        return clean_environment() | (self._watch.env if self._watch else {})

    async def _provision(self) -> None:
        await provision(self.run_dir, clean_environment() | self.env())
        self._on_progress("the number is provisioned")

    async def _stop_all(self) -> None:
        """The worker first, so that its calls end in order; then the servers, the last first."""
        await self.stop_worker()
        while self._parts:
            await self._parts.pop().stop()

    async def _close(self) -> None:
        """Stop everything; then the guard sweeps, and is waited for."""
        try:
            await self._stop_all()
        finally:
            if self._watch is not None:
                await self._watch.close()
                self._watch = None

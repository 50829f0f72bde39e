"""What all services of one providers process share."""

from dataclasses import dataclass, field

from aiohttp import web

from local.providers.engines import Engines
from local.providers.faults import FaultBoard
from local.providers.script import Prompter
from local.providers.seen import SeenLog

# Named in headers and model lists: nobody shall take this for the real provider.
STAND_IN = "storyline-local-stand-in"


@dataclass
class Desk:
    """Engines (None until they are ready), script, faults, and what was asked."""

    engines: Engines | None = None
    script: Prompter = field(default_factory=Prompter)
    faults: FaultBoard = field(default_factory=FaultBoard)
    seen: SeenLog = field(default_factory=SeenLog)

    @property
    def ready(self) -> Engines:
        """The engines. The server lets no service request through before they are there."""
        if self.engines is None:
            raise RuntimeError("the engines are not loaded yet")
        return self.engines


DESK = web.AppKey("desk", Desk)

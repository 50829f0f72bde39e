"""The configuration of each server: everything on loopback, nothing sent off the machine."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from local.stack.ports import Ports

LOOPBACK = "127.0.0.1"

# How long LiveKit keeps a room that nobody has entered, or that the last person left. Short, so
# that a test sees within seconds that a room is gone.
EMPTY_ROOM_S = 20
DEPARTURE_S = 5


@dataclass(frozen=True)
class Keys:
    """What is secret in one run; made anew each time."""

    api_key: str
    api_secret: str = field(repr=False)
    sip_password: str = field(repr=False)

    @classmethod
    def make(cls) -> "Keys":
        return cls(
            api_key="storyline-local",
            api_secret=secrets.token_hex(32),
            sip_password=secrets.token_hex(8),
        )


def redis_arguments(ports: Ports) -> list[str]:
    """Redis in memory alone: no dump, no append-only file, loopback only."""
    return [
        *("--bind", LOOPBACK),
        *("--port", str(ports.redis)),
        *("--save", ""),
        *("--appendonly", "no"),
        *("--daemonize", "no"),
        *("--set-proc-title", "no"),  # would overwrite the environment by which the guard finds it
    ]


def livekit_server_config(ports: Ports, keys: Keys) -> dict[str, Any]:
    """livekit-server.yaml; parsed strictly, an unknown key stops the server."""
    return {
        "port": ports.livekit,
        "bind_addresses": [LOOPBACK],
        "redis": {"address": f"{LOOPBACK}:{ports.redis}"},
        "keys": {keys.api_key: keys.api_secret},
        "logging": {"level": "info", "pion_level": "error"},
        "rtc": {
            "udp_port": ports.livekit_media,
            "tcp_port": 0,  # the default, 7881, listens on every interface
            "use_external_ip": False,
            "node_ip": LOOPBACK,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo"]},
            # With none configured, clients are handed public STUN servers. Nothing listens here.
            "stun_servers": [f"{LOOPBACK}:3478"],
        },
        "room": {
            "auto_create": True,
            "empty_timeout": EMPTY_ROOM_S,
            "departure_timeout": DEPARTURE_S,
        },
    }


def livekit_sip_config(ports: Ports, keys: Keys) -> dict[str, Any]:
    """livekit-sip.yaml; an unknown key is ignored without a word.

    What cannot be kept on loopback: the RTP sockets and the health port bind every interface.
    RTP is sent only to the address of the call's own SDP. Metrics stay off for the same reason.
    """
    return {
        "api_key": keys.api_key,
        "api_secret": keys.api_secret,
        "ws_url": f"ws://{LOOPBACK}:{ports.livekit}",
        "redis": {"address": f"{LOOPBACK}:{ports.redis}"},
        "sip_port": ports.sip,
        "listen_ip": LOOPBACK,
        "nat_1_to_1_ip": LOOPBACK,  # it never picks a loopback address by itself
        "use_external_ip": False,
        "rtp_port": f"{ports.rtp_first}-{ports.rtp_last}",
        # By default a closed port stays bound for 30 s to 10 min; calls in a row would run dry.
        "rtp_draining_idle_timeout": "-1s",
        "rtp_draining_duration": "-1s",
        "health_port": ports.sip_health,
        "max_cpu_utilization": 1,  # the default, 0.9, refuses outbound calls on a busy machine
        "logging": {"level": "info", "json": True},
    }


def write_config(path: Path, config: Mapping[str, Any]) -> None:
    """Write one YAML file that only its owner may read: it holds the API secret."""
    path.touch(mode=0o600)
    with path.open("w") as file:
        YAML().dump(dict(config), file)

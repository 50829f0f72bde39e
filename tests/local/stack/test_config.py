import stat
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from local.stack.config import (
    Keys,
    livekit_server_config,
    livekit_sip_config,
    redis_arguments,
    write_config,
)
from local.stack.ports import Ports

pytestmark = pytest.mark.unit

PORTS = Ports(
    redis=1,
    livekit=2,
    livekit_media=3,
    sip=4,
    sip_health=5,
    providers=6,
    worker=7,
    desk=8,
    rtp_first=10000,
    rtp_last=10399,
)


def test_keys_are_new_each_time_and_not_shown() -> None:
    first, second = Keys.make(), Keys.make()

    assert first.api_secret != second.api_secret
    assert first.sip_password != second.sip_password
    assert len(first.api_secret) >= 32, "LiveKit asks for 32 characters"
    assert first.api_secret not in repr(first)
    assert first.sip_password not in repr(first)


def test_redis_writes_nothing_to_disk() -> None:
    arguments = redis_arguments(PORTS)

    assert arguments[arguments.index("--save") + 1] == ""
    assert arguments[arguments.index("--appendonly") + 1] == "no"
    assert arguments[arguments.index("--bind") + 1] == "127.0.0.1"


def test_every_address_in_the_configurations_is_loopback() -> None:
    keys = Keys.make()
    server, sip = livekit_server_config(PORTS, keys), livekit_sip_config(PORTS, keys)

    assert server["bind_addresses"] == ["127.0.0.1"]
    assert server["redis"] == sip["redis"] == {"address": "127.0.0.1:1"}
    assert server["rtc"]["stun_servers"] == ["127.0.0.1:3478"]
    assert server["rtc"]["tcp_port"] == 0
    assert sip["ws_url"] == "ws://127.0.0.1:2"
    assert sip["listen_ip"] == sip["nat_1_to_1_ip"] == "127.0.0.1"
    assert "prometheus_port" not in sip, "it would listen on every interface"


def test_a_configuration_comes_back_from_its_file_which_only_the_owner_reads(
    tmp_path: Path,
) -> None:
    path = tmp_path / "livekit-sip.yaml"
    config = livekit_sip_config(PORTS, Keys.make())

    write_config(path, config)

    read: dict[str, Any] = YAML(typ="safe").load(path)
    assert read == config
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

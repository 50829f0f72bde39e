"""Manifests for tests, written short."""

from typing import Any

from sip.manifest.declared import Manifest
from sip.manifest.manifest import parse_manifest
from sip.problems import ManifestError, Problem

ENVIRONMENT = {"SIP_PASSWORD": "correct-horse-battery"}

# One of each, as in the quick start.
SIMPLE = """
inbound_trunks:
  main:
    numbers: ["+12025550100"]
    auth_username: storyline
    auth_password: env/SIP_PASSWORD
    ringing_timeout: 20s
    max_call_duration: 17m
outbound_trunks:
  out:
    address: sip.example.com
    numbers: ["+12025550100"]
dispatch_rules:
  story:
    trunks: [main]
    rule: {dispatch_rule_individual: {room_prefix: story}}
    room_config:
      agents: [{agent_name: storyteller}]
      empty_timeout: 30s
"""


def parse(text: str, **options: Any) -> Manifest:
    """The manifest of `text`, which has no errors."""
    options.setdefault("environment", ENVIRONMENT)
    return parse_manifest(text, "trunks.yaml", **options)


def problems_of(text: str, **options: Any) -> list[Problem]:
    """What is wrong with `text`."""
    try:
        return list(parse(text, **options).problems)
    except ManifestError as error:
        return list(error.problems)

"""The files that the documents show are files that the command accepts."""

import re
from pathlib import Path

import pytest

from sip.manifest.as_snapshot import as_snapshot
from sip.manifest.manifest import parse_manifest
from sip.objects.kinds import Kind
from sip.route.route import Outcome, route
from sip.route.route_text import route_lines
from sip.route.trunk_match import Caller
from tests.sip.manifests import parse, problems_of

pytestmark = pytest.mark.unit

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def blocks(name: str) -> list[str]:
    return BLOCK.findall((DOCS / name).read_text(encoding="utf-8"))


def environment(text: str) -> dict[str, str]:
    """Set every secret that a file names."""
    return dict.fromkeys(re.findall(r"env/([A-Z_]+)", text), "a-long-enough-secret")


@pytest.mark.parametrize("text", [*blocks("provisioning.md"), *blocks("carriers.md")[:-1]])
def test_every_file_in_the_documents_is_accepted(text: str) -> None:
    manifest = parse(text, environment=environment(text))
    assert manifest.declared


def test_the_file_of_the_local_stack_has_nothing_to_complain_about() -> None:
    text = (DOCS.parent / "local" / "trunks.yaml").read_text(encoding="utf-8")
    assert problems_of(text, environment=environment(text)) == []


def test_the_carriers_parts_fit_together_with_their_rule() -> None:
    parts = blocks("carriers.md")
    assert len(parts) == 7
    merged: dict[str, list[str]] = {}
    for part in parts:
        for section, body in re.findall(r"^(\w+):\n((?:[ #].*\n)+)", part, re.MULTILINE):
            merged.setdefault(section, []).append(body)
    text = "".join(f"{section}:\n{''.join(bodies)}" for section, bodies in merged.items())
    manifest = parse(text, environment=environment(text))
    assert [declared.name for declared in manifest.of(Kind.INBOUND_TRUNK)] == [
        "twilio",
        "telnyx",
        "vonage",
        "plivo",
        "desk",
        "asterisk",
    ]
    found = route(as_snapshot(manifest), Caller("+33612345678", "+12025550100", "54.172.60.1"))
    assert (found.outcome, found.agents) == (Outcome.ROOM, ("storyteller",))


def test_only_the_carrier_whose_addresses_are_unknown_is_warned_about() -> None:
    warned = [
        problem.where
        for part in blocks("carriers.md")[:-1]
        for problem in problems_of(part, environment=environment(part))
    ]
    assert warned == ["inbound_trunks.plivo"]


def test_the_route_in_the_document_is_what_the_command_prints() -> None:
    text = (DOCS / "provisioning.md").read_text(encoding="utf-8")
    shown = re.search(r"\$ provision-trunk route .*\n((?:.*\n)+?)```", text)
    assert shown is not None
    (example,) = blocks("provisioning.md")
    manifest = parse_manifest(example, "trunks.yaml", environment(example))
    caller = Caller("+33612345678", "+12025550109")
    printed = route_lines(route(as_snapshot(manifest), caller), caller)
    assert shown[1].splitlines() == printed

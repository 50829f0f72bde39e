"""The shape of trunks.yaml: what is read, and what is refused, with line, reason and remedy."""

from pathlib import Path

import pytest

from sip.manifest.manifest import load_manifest
from sip.objects.kinds import Kind
from sip.problems import ManifestError, Severity
from tests.sip.manifests import ENVIRONMENT, SIMPLE, parse, problems_of

pytestmark = pytest.mark.unit


def test_a_file_is_read_into_what_it_speaks_of_and_nothing_else() -> None:
    manifest = parse(SIMPLE)
    trunk = manifest.find(Kind.INBOUND_TRUNK, "main")
    rule = manifest.find(Kind.DISPATCH_RULE, "story")
    assert trunk is not None
    assert rule is not None
    assert trunk.fields == {
        "numbers": ["+12025550100"],
        "auth_username": "storyline",
        "auth_password": ENVIRONMENT["SIP_PASSWORD"],
        "ringing_timeout": "20s",
        "max_call_duration": "1020s",
    }
    assert trunk.line == 3
    assert rule.trunks == ("main",)
    assert rule.fields["room_config"] == {
        "agents": [{"agent_name": "storyteller"}],
        "empty_timeout": 30,
    }


def test_an_empty_file_declares_nothing() -> None:
    for text in ("", "# nothing\n", "{}"):
        assert parse(text).declared == ()


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ('"+1 (202) 555-0100"', "+12025550100"),
        ("+12025550100", "+12025550100"),
        ("(202) 555-0100", "+12025550100"),
        ("202.555.0100", "+12025550100"),
        ('"+33 6 12 34 56 78"', "+33612345678"),
    ],
)
def test_numbers_in_any_readable_form_are_stored_as_e164(written: str, stored: str) -> None:
    manifest = parse(f"default_region: US\ninbound_trunks: {{main: {{numbers: [{written}]}}}}")
    assert manifest.declared[0].fields["numbers"] == [stored]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("20s", "20s"),
        ("20", "20s"),
        ("1.5s", "1.5s"),
        ("1500ms", "1.5s"),
        ("2m", "120s"),
        ("1h", "3600s"),
        ("0", "0s"),
    ],
)
def test_durations_are_stored_as_seconds(written: str, stored: str) -> None:
    text = f'inbound_trunks: {{main: {{numbers: ["+12025550100"], ringing_timeout: {written}}}}}'
    assert parse(text).declared[0].fields["ringing_timeout"] == stored


TRUNK = 'inbound_trunks:\n  main:\n    numbers: ["+12025550100"]\n    '
OUT = "outbound_trunks:\n  out:\n    "
RULE = "dispatch_rules:\n  story:\n    trunks: []\n    "
DIRECT = "rule: {dispatch_rule_direct: {room_name: a}}\n    "


@pytest.mark.parametrize(
    ("text", "line", "where", "reason"),
    [
        ("- a", 1, "file", "fields with values"),
        ("trunks: {}", 1, "trunks", "no such field"),
        ("default_region: Germany", 1, "default_region", "no country"),
        (TRUNK + "bogus: 1", 4, "inbound_trunks.main.bogus", "no such field"),
        (TRUNK + "metadata: ~", 4, "inbound_trunks.main.metadata", "a text is expected"),
        (TRUNK + "allowed_numbers: x", 4, "inbound_trunks.main.allowed_numbers", "a list"),
        (TRUNK + 'allowed_numbers: ["911"]', 4, "inbound_trunks.main.allowed_numbers.0", '"911"'),
        (TRUNK + "ringing_timeout: soon", 4, "inbound_trunks.main.ringing_timeout", "no duration"),
        (TRUNK + "ringing_timeout: 25h", 4, "inbound_trunks.main.ringing_timeout", "a day"),
        (TRUNK + "ringing_timeout: -1s", 4, "inbound_trunks.main.ringing_timeout", "no duration"),
        (TRUNK + "auth_password: hunter2", 4, "inbound_trunks.main.auth_password", "written in"),
        (TRUNK + "auth_password: env/NOPE", 4, "inbound_trunks.main.auth_password", "NOPE is not"),
        (TRUNK + "metadata: env/1x", 4, "inbound_trunks.main.metadata", "no name of"),
        (TRUNK + 'headers: {"X Y": a}', 4, "inbound_trunks.main.headers.X Y", "header name"),
        (TRUNK + "krisp_enabled: maybe", 4, "inbound_trunks.main.krisp_enabled", "boolean"),
        (
            TRUNK + 'allowed_addresses: ["300.1.1.1", "(x)"]',
            4,
            "inbound_trunks.main.allowed_addresses.1",
            "no address",
        ),
        (
            TRUNK + "media: {codecs: [{name: PCMU/8000}]}",
            4,
            "inbound_trunks.main.media.codecs.0.name",
            "no codec name",
        ),
        (
            TRUNK + "media: {encryption: srtp}",
            4,
            "inbound_trunks.main.media.encryption",
            "disable, allow, require",
        ),
        (OUT + "numbers: [x]", 2, "outbound_trunks.out.address", "address is missing"),
        (OUT + 'address: "sip:x.com"', 3, "outbound_trunks.out.address", "not a host"),
        (RULE + "hide_phone_number: true", 2, "dispatch_rules.story.rule", "rule is missing"),
        (RULE + "rule: {}", 4, "dispatch_rules.story.rule", "exactly one kind"),
        (
            RULE + "rule: {dispatch_rule_direct: ~}",
            4,
            "dispatch_rules.story.rule",
            "exactly one kind",
        ),
        (
            RULE + DIRECT + "room_config: {empty_timeout: 1.5s}",
            5,
            "dispatch_rules.story.room_config.empty_timeout",
            "whole number",
        ),
        (
            RULE + DIRECT + "room_config: {agents: [{metadata: x}]}",
            5,
            "dispatch_rules.story.room_config.agents.0.agent_name",
            "agent_name is missing",
        ),
    ],
)
def test_what_is_wrong_is_told_with_line_reason_and_remedy(
    text: str, line: int, where: str, reason: str
) -> None:
    problems = [each for each in problems_of(text) if each.severity is Severity.ERROR]
    (problem,) = [each for each in problems if each.where == where]
    assert problem.line == line
    assert reason in problem.reason
    assert problem.remedy
    assert str(problem).startswith(f"trunks.yaml:{line}: error: {where}: ")


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = """
inbound_trunks:
  broken: {numbers: ["911"], bogus: 1}
  short: {auth_username: u, auth_password: env/SHORT, numbers: ["+12025550100"]}
dispatch_rules:
  story: {trunks: [nowhere], rule: {dispatch_rule_individual: {}}}
  other: {trunks: [broken], rule: {dispatch_rule_individual: {room_prefix: env/GONE}}}
"""
    problems = problems_of(text, environment={"SHORT": "short"})
    errors = [each.where for each in problems if each.severity is not Severity.WARNING]
    assert errors == [
        "inbound_trunks.broken.numbers.0",
        "inbound_trunks.broken.bogus",
        "inbound_trunks.short.auth_password",
        "dispatch_rules.story.trunks.0",
        "dispatch_rules.other.rule.dispatch_rule_individual.room_prefix",
    ]


def test_secrets_come_from_the_environment_and_appear_nowhere() -> None:
    manifest = parse(SIMPLE)
    secret = ENVIRONMENT["SIP_PASSWORD"]
    assert manifest.declared[0].fields["auth_password"] == secret
    assert secret not in repr(manifest)
    assert manifest.declared[0].secrets == {("auth_password",)}


def test_a_check_without_the_secrets_only_warns() -> None:
    problems = problems_of(SIMPLE, environment={}, secrets_needed=False)
    assert [(each.severity, each.line) for each in problems] == [(Severity.WARNING, 6)], problems
    assert "SIP_PASSWORD is not set" in problems[0].reason


@pytest.mark.parametrize("written", ["udp", "UDP", "SIP_TRANSPORT_UDP", "sip_transport_udp"])
def test_the_words_that_people_write_are_understood(written: str) -> None:
    text = SIMPLE.replace("sip.example.com", f"sip.example.com\n    transport: {written}")
    assert parse(text).declared[1].fields["transport"] == "SIP_TRANSPORT_UDP"


def test_a_user_name_from_the_environment_is_no_secret() -> None:
    manifest = parse(SIMPLE.replace("auth_username: storyline", "auth_username: env/SIP_PASSWORD"))
    assert manifest.declared[0].secrets == {("auth_password",)}


def test_a_file_that_cannot_be_read_is_a_problem_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="No such file"):
        load_manifest(tmp_path / "nowhere.yaml", {})
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: \xe9")
    with pytest.raises(ManifestError, match="UTF-8"):
        load_manifest(latin, {})


def test_what_is_to_be_removed_is_read() -> None:
    manifest = parse("removed: {dispatch_rules: [old], inbound_trunks: [older]}")
    assert manifest.removed == (
        (Kind.INBOUND_TRUNK, "older"),
        (Kind.DISPATCH_RULE, "old"),
    )
